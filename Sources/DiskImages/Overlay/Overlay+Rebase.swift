import HostSupport
import HostTools
public import SystemPackage

extension Overlay {
    /// How the base of an overlay was changed.
    public enum Rebase: String, Sendable, Hashable {
        /// Only the base's name was changed: the base is the same image at another path, or it was not verified on
        /// request.
        case renamed
        /// The bases differ: data of the old base was copied into the overlay where the new one differs.
        case copied
    }

    /// Changes an overlay's base, but not what the guest sees.
    ///
    /// If the base matches the recorded length and modification time, only its name is changed. For another base,
    /// `qemu-img` compares the two and copies what differs, for which the old one must still exist.
    /// - Parameters:
    ///   - path: The overlay, which no machine may be using.
    ///   - base: The new base. Its absolute path is recorded.
    ///   - baseFormat: Its format; nil detects it from its first bytes.
    ///   - isTrusted: Skips verifying that the base matches. A wrong base corrupts the disk.
    /// - Throws: ``DiskImageError`` with code `badImage` if either is not an image or the result would be a cycle,
    ///   `unsupported` if the base cannot be verified, `inUse`, `cannotWrite`, `toolFailed`;
    ///   `ToolMissing` if `qemu-img` is needed.
    @discardableResult
    public static func rebase(
        _ path: FilePath,
        onto base: FilePath,
        baseFormat: DiskFormat? = nil,
        isTrusted: Bool = false,
    ) async throws -> Rebase {
        let path = path.absolute
        let base = base.absolute
        // Before the chain: what the chain says is then no older than the header that the change is bound to.
        let header = try? header(of: path)
        let chain = DiskChain.read(path, format: .qcow2)
        guard let overlay = chain.links.first?.facts, let facts = overlay.qcow2, let header else {
            if case .unusable(_, let error) = chain.end { throw error }
            throw DiskImageError(.badImage, "\(path): not a qcow2 image, so it has no base to change")
        }
        try checkNewChain(of: base, format: baseFormat, overlay: path)
        let format = try DiskFacts.read(base, format: baseFormat).format
        let isSame = try isRecorded(base, by: facts)
        if isTrusted || isSame {
            try rename(path, header, base: base, format: format)
            return .renamed
        }
        guard chain.links.count > 1, chain.end == nil else {
            let known =
                facts.baseIdentity == nil
                ? "the overlay records nothing of its base" : "the overlay was made on another state of it"
            throw DiskImageError(
                .unsupported,
                "\(path): cannot verify that \(base) is its base: \(known), and the old one cannot be read; "
                    + "if you are sure, add --trust"
            )
        }
        try await copyDifferences(path, base: base, format: format)
        try rename(path, try self.header(of: path), base: base, format: format)
        return .copied
    }

    private static func header(of path: FilePath) throws(DiskImageError) -> QCOW2Header {
        try QCOW2Header(reading: try DiskFile(path))
    }

    private static func checkNewChain(
        of base: FilePath,
        format: DiskFormat?,
        overlay: FilePath,
    ) throws(DiskImageError) {
        let chain = try DiskChain.readWhole(base, format: format)
        let top = try DiskFile(overlay).status
        for link in chain.links {
            let status = try DiskFile(link.facts.path).status
            guard status.inode != top.inode || status.device != top.device else {
                throw DiskImageError(.badImage, "\(base): depends on \(overlay) itself; choose another base")
            }
        }
    }

    private static func isRecorded(_ base: FilePath, by facts: QCOW2Facts) throws(DiskImageError) -> Bool {
        // Another program changed the name in the header, so our record is about the former base.
        guard let identity = facts.baseIdentity, identity.backingFile == facts.backingFile else { return false }
        return identity.matches(try DiskFile(base))
    }

    private static func copyDifferences(_ path: FilePath, base: FilePath, format: DiskFormat) async throws {
        let arguments = ["rebase", "-f", "qcow2", "-b", base.string, "-F", format.rawValue, path.string]
        let outcome: ToolRun.Outcome
        do {
            outcome = try await ToolRun.run("qemu-img", arguments)
        } catch let missing as ToolMissing {
            throw ToolMissing(missing.tool, hint: PackageHint.qemuImg.command)
        }
        guard outcome.isSuccess else {
            throw DiskImageError(.toolFailed, "\(path): qemu-img cannot rebase it: \(outcome.lastWords)")
        }
    }

    /// Writes another base into the header; the guest's data stays as it is.
    ///
    /// - Parameter header: The header at the time of the check.
    private static func rename(
        _ path: FilePath,
        _ header: QCOW2Header,
        base: FilePath,
        format: DiskFormat,
    ) throws(DiskImageError) {
        let identity = BaseIdentity(backingFile: base.string, base: try DiskFile(base))
        try DiskEdit.edit(path, to: "change its base", examined: header) { file in
            let fixed = try DiskFile(path).read(at: 0, count: Int(header.length))
            let bytes = try header.rebased(fixed: fixed, onto: base, format: format, identity: identity, of: path)
            _ = try file.writeAll(toAbsoluteOffset: 0, bytes)
        }
    }
}

extension QCOW2Header {
    /// The bytes that make the header name another base.
    fileprivate func rebased(
        fixed: [UInt8],
        onto base: FilePath,
        format: DiskFormat,
        identity: BaseIdentity,
        of path: FilePath,
    ) throws(DiskImageError) -> [UInt8] {
        let replaced = [Extension.backingFormat, BaseIdentity.extensionType]
        let extensions =
            [
                Extension(type: Extension.backingFormat, data: Array(format.rawValue.utf8)),
                Extension(type: BaseIdentity.extensionType, data: identity.extensionData),
            ] + self.extensions.filter { !replaced.contains($0.type) }
        var header = BigEndianWriter(bytes: fixed)
        Self.appendExtensions(extensions, backingFile: base.string, to: &header)
        guard header.bytes.count <= Int(clusterSize), base.string.utf8.count <= 1023 else {
            throw DiskImageError(
                .unsupported,
                "\(path): its header of \(clusterSize) bytes has no room for the name \(base); use a shorter path"
            )
        }
        return header.bytes
    }
}
