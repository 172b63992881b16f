import Digests
import DiskImages
public import HostSupport
import LibC
import Quantities
public import SystemPackage

extension ImageStore {
    /// Copies a disk image into the store under a name.
    ///
    /// - Parameters:
    ///   - file: A qcow2 or raw image that needs no other file: a base recorded by somebody else would be read with our
    ///     permissions.
    ///   - reference: The new name, as in `mine` or `mine:2`; with an architecture if it is not the host's.
    ///   - user: The user that cloud-init creates in the image; nil guesses from the name.
    /// - Throws: ``CloudImagesError`` with code `badReference`, `unreadable`, `badImage`, or `unsupported` for an image
    ///   with a base, external data or encryption; `FileFailure`.
    public func importing(
        _ file: FilePath,
        as reference: ImageReference,
        user: String? = nil,
        progress: @escaping ProgressHandler = { _ in },
    ) async throws -> Image {
        guard case .stored(let name, let architecture) = reference.target else {
            throw CloudImagesError(.badReference, "\(reference): is a path; give the image a name like mine:1")
        }
        let facts: DiskFacts
        do {
            facts = try DiskFacts.read(file)
            try facts.checkBootable()
        } catch {
            throw CloudImagesError(error)
        }
        if let qcow2 = facts.qcow2 { try checkAlone(qcow2, file: file) }
        let staging = try makeStaging()
        do {
            let disk = staging.appending("disk.\(facts.format.rawValue)")
            try await SparseCopy(from: file, to: disk, progress: progress).run()
            progress(ProgressUpdate("compute the digest"))
            let digest = try await FileDigest.sha256(of: disk)
            let image = Image(
                name: name,
                architecture: architecture,
                disk: disk,
                format: facts.format,
                defaultUser: user ?? Image.usualUser(of: name),
                source: "imported from \(file.absolute)",
                digest: "sha256:\(digest)",
                created: Int64(time(nil)),
            )
            return try adopt(image, staging: staging)
        } catch {
            try? Directory.removeTree(staging)
            throw error
        }
    }

    private func checkAlone(_ facts: QCOW2Facts, file: FilePath) throws(CloudImagesError) {
        if let base = facts.backingFile {
            throw CloudImagesError(
                .unsupported,
                "\(file): needs its base \(base); if you trust both, join them first: qemu-img convert -O qcow2 \(file) NEW",
            )
        }
        if let data = facts.dataFile {
            throw CloudImagesError(
                .unsupported,
                "\(file): has its data in \(data); join them first: qemu-img convert -O qcow2 \(file) NEW",
            )
        }
        guard facts.encryption == .none else {
            throw CloudImagesError(.unsupported, "\(file): is encrypted, which is not supported")
        }
    }
}

/// A copy of a file that leaves out what is zero.
private struct SparseCopy {
    let from: FilePath
    let to: FilePath
    let progress: ProgressHandler

    private static let blockSize = 1 << 20

    func run() async throws {
        try await BlockingCalls.run { try copy() }
    }

    private func copy() throws {
        let source: FileDescriptor
        do {
            source = try .open(from, .readOnly, options: .closeOnExec)
        } catch {
            throw FileFailure.reading(from, error as? Errno ?? .ioError)
        }
        defer { try? source.close() }
        do {
            let target = try FileDescriptor.open(
                to,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite,
            )
            try target.closeAfter { try copy(source, into: target) }
        } catch {
            throw FileFailure("write", to, error as? Errno ?? .ioError)
        }
    }

    private func copy(_ source: FileDescriptor, into target: FileDescriptor) throws {
        let total = UInt64(try source.seek(offset: 0, from: .end))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        var place: Int64 = 0
        while case let count = try source.read(fromAbsoluteOffset: place, into: buffer), count > 0 {
            let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if !Self.isZero(block) { _ = try target.writeAll(toAbsoluteOffset: place, block) }
            place += Int64(count)
            progress(ProgressUpdate("copy \(from)", completed: UInt64(place), total: total, isBytes: true))
        }
        guard ftruncate(target.rawValue, off_t(place)) == 0 else { throw Errno(rawValue: errno) }
        try target.synchronize()
    }

    private static func isZero(_ block: UnsafeRawBufferPointer) -> Bool {
        guard let start = block.baseAddress, block.first == 0 else { return block.isEmpty }
        // Each byte equals the one after it, and the first is zero.
        return memcmp(start, start + 1, block.count - 1) == 0
    }
}
