import LibC
public import SystemPackage

/// Named pipes: opening one blocks until another process opens its other end.
public enum NamedPipe {
    /// Whether there is a named pipe at the path.
    public static func `is`(at path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }
}
