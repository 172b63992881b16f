import LibC
public import SystemPackage

/// A file's size and time of change: they show whether a file was modified since it was read.
public struct FileStamp: Sendable, Hashable {
    /// In bytes.
    public let size: Int64
    /// In nanoseconds since 1970.
    public let modified: Int64

    /// The stamp of a file, or nil if there is no such file.
    public init?(of path: FilePath) {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        size = Int64(status.st_size)
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        modified = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Size and time as two numbers with a space between them, to be stored.
    public var text: String { "\(size) \(modified)" }
}
