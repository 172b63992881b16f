import GuestAccess
import HostSupport
import LibC
import SystemPackage

/// The files of a project when it was copied into a guest; stored with the template of that guest.
struct ProjectListing: Codable, Hashable {
    /// What shows that a file has changed, as for rsync: its kind and permissions, size and time.
    struct Entry: Codable, Hashable {
        /// The system's `st_mode`.
        let mode: UInt32
        /// In bytes; zero for other kinds.
        let size: Int64
        /// In nanoseconds since 1970; zero for other kinds.
        let modified: Int64
        /// The target of a symbolic link.
        let target: String?

        var isFile: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
        var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }

        /// Whether the other one is of the same kind: a file, a directory or a link.
        func isLike(_ other: Entry) -> Bool { (mode ^ other.mode) & UInt32(S_IFMT) == 0 }
    }

    let project: String
    let selection: FileSelection
    /// By name relative to the project.
    let entries: [String: Entry]

    static let fileName = "project.json"

    /// Lists the project's current files; nil if that is not possible in this way.
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

    /// The listing that was stored in a directory; nil if there is none.
    static func read(in directory: FilePath) -> ProjectListing? {
        JSONFile.read(ProjectListing.self, from: directory.appending(fileName))
    }

    /// Stores the listing in a directory; without it, the guest is asked each time what it has.
    func write(in directory: FilePath) {
        try? JSONFile.write(self, to: directory.appending(Self.fileName))
    }
}

extension ProjectListing.Entry {
    /// Reads the file's status; nil if it does not exist.
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
