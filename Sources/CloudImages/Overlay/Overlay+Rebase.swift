import HostSupport
public import SystemPackage

extension Overlay {
    /// How an overlay got its other base.
    public enum Rebase: String, Sendable, Hashable {
        /// Only the base's name was written: the base is the same image in another place, or the caller vouched for it.
        case renamed
        /// The bases differ: what the overlay took from the old one was copied into it where the new one differs.
        case copied
    }

    /// Puts an overlay onto another base, so that the guest sees the same disk as before.
    ///
    /// A base that is the recorded one by its length and time of writing needs only its name changed. For another base,
    /// `qemu-img` compares the two and copies what differs, for which the old one must still be there.
    /// - Parameters:
    ///   - path: The overlay, which no machine may be using.
    ///   - base: The base to be. Its absolute path is recorded.
    ///   - baseFormat: Its format; nil looks at its first bytes.
    ///   - isTrusted: The caller vouches that the base has the content that the overlay was made on.
    /// - Throws: ``CloudImagesError`` with code `badImage` when either is no image or the result would be a cycle,
    ///   `unsupported` when nothing proves that the base fits, `inUse`, `cannotWrite`, `toolFailed`;
    ///   `ToolMissing` when `qemu-img` is needed.
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
            throw CloudImagesError(.badImage, "\(path): not a qcow2 image, so it has no base to change")
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
            throw CloudImagesError(
                .unsupported,
                "\(path): cannot verify that \(base) is its base: \(known), and the old one cannot be read; "
                    + "if you are sure, add --trust"
            )
        }
        try await copyDifferences(path, base: base, format: format)
        try rename(path, try self.header(of: path), base: base, format: format)
        return .copied
    }

    private static func header(of path: FilePath) throws(CloudImagesError) -> QCOW2Header {
        try QCOW2Header(reading: try DiskFile(path))
    }

    private static func checkNewChain(
        of base: FilePath,
        format: DiskFormat?,
        overlay: FilePath,
    ) throws(CloudImagesError) {
        let chain = try DiskChain.readWhole(base, format: format)
        let top = try DiskFile(overlay).status
        for link in chain.links {
            let status = try DiskFile(link.facts.path).status
            guard status.inode != top.inode || status.device != top.device else {
                throw CloudImagesError(.badImage, "\(base): depends on \(overlay) itself; choose another base")
            }
        }
    }

    private static func isRecorded(_ base: FilePath, by facts: QCOW2Facts) throws(CloudImagesError) -> Bool {
        // A program that wrote another name into the header left our record of the former base behind.
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
            throw CloudImagesError(.toolFailed, "\(path): qemu-img cannot rebase it: \(outcome.lastWords)")
        }
    }

    /// Writes another base into the header; the guest's data stays as it is.
    ///
    /// - Parameter header: The header as it was when the base was found to fit.
    private static func rename(
        _ path: FilePath,
        _ header: QCOW2Header,
        base: FilePath,
        format: DiskFormat,
    ) throws(CloudImagesError) {
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
    ) throws(CloudImagesError) -> [UInt8] {
        let replaced = [Extension.backingFormat, BaseIdentity.extensionType]
        let extensions =
            [
                Extension(type: Extension.backingFormat, data: Array(format.rawValue.utf8)),
                Extension(type: BaseIdentity.extensionType, data: identity.extensionData),
            ] + self.extensions.filter { !replaced.contains($0.type) }
        var header = BigEndianWriter(bytes: fixed)
        Self.appendExtensions(extensions, backingFile: base.string, to: &header)
        guard header.bytes.count <= Int(clusterSize), base.string.utf8.count <= 1023 else {
            throw CloudImagesError(
                .unsupported,
                "\(path): its header of \(clusterSize) bytes has no room for the name \(base); use a shorter path"
            )
        }
        return header.bytes
    }
}
