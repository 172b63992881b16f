import DiskImages
import HostSupport
import LibC
public import SystemPackage

extension ImageStore {
    /// Refuses a disk whose header makes QEMU read other files: whoever wrote the header could name any file of this
    /// host, and the guest would have its content.
    ///
    /// Accepted are backing files that are disks of this store, or qcow2 files in the image's own directory that belong
    /// to the same user and pass this check themselves. A raw disk names none.
    ///
    /// - Throws: ``CloudImagesError`` with code `unsupported`, which names the file; `unreadable` or `badImage` for a
    ///   backing file that is none.
    public func checkBacking(of path: FilePath) throws(CloudImagesError) {
        do throws(DiskImageError) {
            try check(path.resolved, disks: Set(list().map(\.disk.resolved)), depth: 0)
        } catch {
            throw error.code == .unsupported
                ? CloudImagesError(.unsupported, error.message, cause: error) : CloudImagesError(error)
        }
    }

    private func check(_ path: FilePath, disks: Set<FilePath>, depth: Int) throws(DiskImageError) {
        guard !disks.contains(path), let facts = try DiskFacts.read(path).qcow2 else { return }
        guard depth < 200 else { throw DiskImageError(.badImage, "\(path): its chain of backing files is too long") }
        if let data = facts.dataFile { throw Self.refusal(path, "keeps its data in \(data)") }
        guard let backing = facts.backingFile else { return }
        switch BackingName(backing, recordedBy: path) {
        case .remote(let name): throw Self.refusal(path, "has the base \(name)")
        case .file(let base, _):
            let base = base.resolved
            if disks.contains(base) { return }
            guard base.removingLastComponent() == path.removingLastComponent(), Self.owner(of: base) == getuid(),
                try DiskFacts.read(base).format == .qcow2
            else { throw Self.refusal(path, "has the base \(base)") }
            try check(base, disks: disks, depth: depth + 1)
        }
    }

    private static func refusal(_ path: FilePath, _ what: String) -> DiskImageError {
        DiskImageError(
            .unsupported,
            "\(path): \(what), which the guest could read; if you trust both files, add --trust-backing",
        )
    }

    private static func owner(of path: FilePath) -> uid_t? {
        var status = stat()
        guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_uid
    }
}
