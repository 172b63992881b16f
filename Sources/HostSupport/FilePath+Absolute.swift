import LibC
public import SystemPackage

extension FilePath {
    /// The path from the root, with `.` and `..` resolved by their names and symbolic links left as they are.
    public var absolute: FilePath {
        guard isRelative else { return lexicallyNormalized() }
        guard let current = getcwd(nil, 0) else { return self }
        defer { free(current) }
        return FilePath(String(cString: current)).pushing(self).lexicallyNormalized()
    }

    /// The path from the root with all symbolic links followed; ``absolute`` if nothing exists there.
    public var resolved: FilePath {
        guard let path = realpath(string, nil) else { return absolute }
        defer { free(path) }
        return FilePath(String(cString: path))
    }
}
