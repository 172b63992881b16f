import GuestAccess
import HostSupport
import LibC
import SystemPackage

/// What a project consisted of when it was copied into a guest; kept beside the template of that guest.
struct ProjectListing: Codable, Hashable {
    /// What tells a file from what it was before, as for rsync: its kind and permissions, size and time.
    struct Entry: Codable, Hashable {
        /// The system's `st_mode`.
        let mode: UInt32
        /// In bytes; zero for what is no file.
        let size: Int64
        /// In nanoseconds since 1970; zero for what is no file.
        let modified: Int64
        /// What a symbolic link leads to.
        let target: String?

        var isFile: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
        var isFolder: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }

        /// Whether the other one is of the same kind: a file, a folder or a link.
        func isLike(_ other: Entry) -> Bool { (mode ^ other.mode) & UInt32(S_IFMT) == 0 }
    }

    let project: String
    let selection: FileSelection
    /// By name relative to the project.
    let entries: [String: Entry]

    static let fileName = "project.json"

    /// Lists the project as it is now; nil when that cannot be told in this way.
    init?(_ project: FilePath, selection: FileSelection) async throws {
        guard let names = try await selection.names(in: project) else { return nil }
        self.init(
            project: project.string,
            selection: selection,
            entries: names.reduce(into: [:]) { $0[$1] = Entry(of: project.appending($1)) },
        )
    }

    init(project: String, selection: FileSelection, entries: [String: Entry]) {
        self.project = project
        self.selection = selection
        self.entries = entries
    }

    /// The listing that was kept in a folder; nil where none was.
    static func read(in folder: FilePath) -> ProjectListing? {
        JSONFile.read(ProjectListing.self, from: folder.appending(fileName))
    }

    /// Keeps the listing in a folder; without it the guest is asked each time what it has.
    func write(in folder: FilePath) {
        try? JSONFile.write(self, to: folder.appending(Self.fileName))
    }
}

extension ProjectListing.Entry {
    /// Reads what the file system says; nil when there is nothing of this name.
    init?(of path: FilePath) {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        let isFile = kind == S_IFREG
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        mode = UInt32(status.st_mode)
        size = isFile ? Int64(status.st_size) : 0
        modified = isFile ? Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) : 0
        target = kind == S_IFLNK ? Self.target(of: path) : nil
    }

    private static func target(of link: FilePath) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(link.string, &buffer, buffer.count)
        return length < 0 ? nil : String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
