import GuestAccess
import HostSupport
import SystemPackage

extension ProjectListing {
    /// Reads some of the project's files and directories for a guest.
    ///
    /// - Parameter names: Relative to the project; directories before their content.
    /// - Returns: nil if something no longer matches the listing.
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
        if entry.isDirectory { return GuestFile(name, .directory, mode: entry.permissions) }
        guard entry.isFile, let bytes = try? WholeFile.read(path), bytes.count == entry.size else { return nil }
        return GuestFile(name, .file(bytes), mode: entry.permissions, modified: entry.modified)
    }
}

extension ProjectListing.Entry {
    fileprivate var permissions: UInt32 { mode & 0o7777 }
}
