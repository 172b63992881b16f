import GuestAccess
import HostSupport
import SystemPackage

extension ProjectListing {
    /// Reads some of the project's files and folders for a guest.
    ///
    /// - Parameter names: Relative to the project; folders before what is in them.
    /// - Returns: nil when something is not any more what it was listed as.
    func files(_ names: [String]) -> [GuestFile]? {
        var files: [GuestFile] = []
        for name in names {
            guard let entry = entries[name], let file = file(name, entry) else { return nil }
            files.append(file)
        }
        return files
    }

    private func file(_ name: String, _ entry: Entry) -> GuestFile? {
        let path = FilePath(project).appending(name)
        guard let now = Entry(of: path), now.isLike(entry), now.size == entry.size else { return nil }
        if let target = entry.target { return GuestFile(name, .link(to: target)) }
        if entry.isFolder { return GuestFile(name, .folder, mode: entry.permissions) }
        guard entry.isFile, let bytes = try? WholeFile.read(path), bytes.count == entry.size else { return nil }
        return GuestFile(name, .file(bytes), mode: entry.permissions, modified: entry.modified)
    }
}

extension ProjectListing.Entry {
    fileprivate var permissions: UInt32 { mode & 0o7777 }
}
