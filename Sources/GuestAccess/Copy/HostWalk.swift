import HostSupport
import LibC
import SystemPackage

/// Lists what is to be copied from a directory of this host, directories before what is in them.
enum HostWalk {
    /// - Throws: ``HostSupport/FileFailure`` for a directory that cannot be read, and for a name that is not UTF-8.
    static func entries(below directory: FilePath, selecting filter: FileFilter?) throws(FileFailure)
        -> [CopiedEntry]
    {
        var entries: [CopiedEntry] = []
        var left = [""]
        while let name = left.popLast() {
            for own in try names(in: name.isEmpty ? directory : directory.appending(name)) {
                let path = name.isEmpty ? own : "\(name)/\(own)"
                guard let entry = entry(at: directory.appending(path), named: path) else { continue }
                if let filter, filter.excludes(path, isDirectory: entry.isDirectory) { continue }
                entries.append(entry)
                if entry.isDirectory { left.append(path) }
            }
        }
        return entries
    }

    /// What there is at a path; nil for nothing.
    ///
    /// - Parameter follows: Whether a link stands for what it leads to.
    static func entry(at path: FilePath, named name: String, follows: Bool = false) -> CopiedEntry? {
        var status = stat()
        let flags = follows ? 0 : AT_SYMLINK_NOFOLLOW
        guard fstatat(AT_FDCWD, path.string, &status, flags) == 0 else { return nil }
        let kind: CopiedEntry.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file(size: Int64(status.st_size))
            case S_IFDIR: .directory
            case S_IFLNK: target(of: path).map { .link(to: $0) } ?? .unnameable
            default: .special
            }
        return CopiedEntry(
            name: name,
            kind: kind,
            mode: UInt32(status.st_mode & 0o7777),
            modified: status.modifiedNanoseconds,
        )
    }

    private static func target(of link: FilePath) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(link.string, &buffer, buffer.count)
        return length < 0 ? nil : String(validating: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func names(in path: FilePath) throws(FileFailure) -> [String] {
        guard let stream = opendir(path.string) else {
            throw FileFailure("read the directory", path, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) { start in
                    Array(UnsafeBufferPointer(start: start, count: Int(NAME_MAX) + 1).prefix { $0 != 0 })
                }
            }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                let shown = String(decoding: bytes, as: UTF8.self)
                throw FileFailure("copy a file whose name is not UTF-8", path.appending(shown), .illegalByteSequence)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
