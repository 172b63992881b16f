import HostSupport
import Quantities
public import SystemPackage

/// The result of checking an overlay and all the images below it.
public struct OverlayCheck: Sendable {
    /// The overlay and the images below it, as far as they can be followed.
    public let chain: DiskChain
    /// The findings, most serious first.
    public let findings: [OverlayFinding]

    /// Whether the disk can be used and its content trusted.
    public var isSound: Bool { findings.allSatisfy { $0.severity < .error } }

    /// Checks the image at `path`, following its bases; nothing is changed.
    ///
    /// - Parameter searchDirectories: Where to search for a missing base, besides its old directory and the overlay's.
    /// - Throws: ``DiskImageError`` if the image itself cannot be read.
    public init(_ path: FilePath, searchDirectories: [FilePath] = []) throws(DiskImageError) {
        let path = path.absolute
        chain = .read(path)
        if chain.links.isEmpty, case .unusable(_, let error) = chain.end { throw error }
        var findings: [OverlayFinding] = []
        for (index, link) in chain.links.enumerated() {
            let above = index > 0 ? chain.links[index - 1].facts : nil
            findings += Self.findings(about: link, below: above)
        }
        if let end = chain.end {
            findings.append(Self.finding(about: end, chain: chain, searchDirectories: searchDirectories))
        }
        self.findings = findings.sorted { $0.severity > $1.severity }
    }

    private static func findings(about link: DiskChain.Link, below above: DiskFacts?) -> [OverlayFinding] {
        let facts = link.facts
        var findings: [OverlayFinding] = []
        func add(_ severity: OverlayFinding.Severity, _ kind: OverlayFinding.Kind, _ message: String, _ hint: String?) {
            findings.append(
                OverlayFinding(
                    severity: severity,
                    kind: kind,
                    file: facts.path,
                    message: "\(facts.path): \(message)",
                    hint: hint,
                )
            )
        }
        if let qcow2 = facts.qcow2 {
            if qcow2.isCorrupt {
                add(.error, .imageCorrupt, "was marked as corrupt by QEMU", "qemu-img check -r all \(facts.path)")
            } else if qcow2.isDirty, !DiskUse.isWritten(facts.path) {
                add(
                    .warning,
                    .imageDirty,
                    "was not closed properly, so its reference counts may be wrong",
                    "QEMU repairs it when it is next used; to repair it now: qemu-img check -r leaks \(facts.path)",
                )
            }
            if let name = qcow2.dataFile, case .file(let data, _) = BackingName(name, recordedBy: facts.path),
                (try? DiskFile(data)) == nil
            {
                add(.error, .dataFileMissing, "its data is in \(data), which cannot be read", "restore that file")
            }
        }
        guard let above else {
            if facts.format == .raw, let file = try? DiskFile(facts.path), let what = try? BootSector.oddity(of: file) {
                add(.warning, .imageDoubtful, "is \(what)", "ignore this if it is a data disk")
            }
            if DiskUse.isWritten(facts.path) {
                add(.note, .imageInUse, "is in use by \(users(of: facts.path))", nil)
            }
            return findings
        }
        if link.isAsRecorded == false {
            add(
                .error,
                .baseEdited,
                "was modified after \(above.path) was created on it, which now mixes old and new content",
                "restore the old file, or create a new overlay: quiver overlay create \(facts.path) NEW; if only its "
                    + "time changed: quiver overlay rebase \(above.path) --onto \(facts.path) --trust",
            )
        }
        if DiskUse.isWritten(facts.path) {
            add(
                .error,
                .baseWritten,
                "is being written to by \(users(of: facts.path)), while \(above.path) depends on it",
                "stop that machine, and give it an overlay of its own",
            )
        }
        if !link.isFormatRecorded {
            add(
                .warning,
                .formatNotRecorded,
                "\(above.path) does not record its format, so a guest that writes to a raw base can choose it",
                "quiver overlay rebase \(above.path) --onto \(facts.path) --trust",
            )
        }
        if facts.virtualSize > above.virtualSize {
            add(
                .warning,
                .baseLarger,
                "has \(facts.virtualSize), of which \(above.path) shows only \(above.virtualSize)",
                "qemu-img resize \(above.path) \(facts.virtualSize.bytes)",
            )
        }
        return findings
    }

    private static func users(of path: FilePath) -> String {
        let holders = FileHolders.names(of: path)
        return holders.isEmpty ? "another user's machine" : holders.joined(separator: " and ")
    }

    private static func finding(
        about end: DiskChain.Break,
        chain: DiskChain,
        searchDirectories: [FilePath],
    ) -> OverlayFinding {
        switch end {
        case .missing(let base, let overlay):
            let identity = chain.links.last?.facts.qcow2?.baseIdentity
            let search = BaseSearch(base: base, overlay: overlay, identity: identity, directories: searchDirectories)
            guard let found = search.run() else {
                return OverlayFinding(
                    severity: .error,
                    kind: .baseMissing,
                    file: base,
                    message: "\(base): is missing, and \(overlay) depends on it",
                    hint: "restore it, or set its new path: quiver overlay rebase \(overlay) --onto PATH",
                )
            }
            let how = found.isVerified ? "is now \(found.path)" : "may now be \(found.path), which has the same name"
            let trust = found.isVerified ? "" : " --trust (if you are sure that it is the same image)"
            return OverlayFinding(
                severity: .error,
                kind: .baseMoved,
                file: base,
                message: "\(base): is missing, and \(overlay) depends on it; it \(how)",
                hint: "quiver overlay rebase \(overlay) --onto \(found.path)\(trust)",
                movedBase: found.isVerified ? .init(overlay: overlay, base: found.path) : nil,
            )
        case .unusable(let file, let error):
            return OverlayFinding(
                severity: .error,
                kind: .imageUnusable,
                file: file,
                message: error.message,
                hint: "replace it with an image that can be read",
            )
        case .cycle(let file):
            return OverlayFinding(
                severity: .error,
                kind: .chainCycle,
                file: file,
                message: "\(file): is its own base, directly or indirectly",
                hint: "quiver overlay rebase \(chain.links.last?.facts.path ?? file) --onto BASE --trust",
            )
        case .tooLong(let limit):
            return OverlayFinding(
                severity: .error,
                kind: .chainTooLong,
                file: chain.links[0].facts.path,
                message: "\(chain.links[0].facts.path): has more than \(limit) images below it",
                hint: "join them: qemu-img convert -O qcow2 \(chain.links[0].facts.path) NEW",
            )
        case .remote(let name, let overlay):
            return OverlayFinding(
                severity: .note,
                kind: .baseRemote,
                file: overlay,
                message: "\(overlay): its base \(name) is not a local file and was not checked",
                hint: nil,
            )
        }
    }
}
