import LibC
public import SystemPackage

/// Named pipes, which hold up whoever opens one that has nobody at its other end.
public enum NamedPipe {
    /// Whether a path leads to a named pipe.
    public static func `is`(at path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }
}
