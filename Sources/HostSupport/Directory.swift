import LibC
public import SystemPackage

/// Directories that are private to the user.
public enum Directory {
    /// Creates the directory and its parents, each with mode 0700; an existing one is left as it is.
    public static func create(_ path: FilePath) throws(FileFailure) {
        if mkdir(path.string, 0o700) == 0 { return }
        switch Errno(rawValue: errno) {
        case .fileExists:
            return
        case .noSuchFileOrDirectory where !path.removingLastComponent().isEmpty && path != path.removingLastComponent():
            try create(path.removingLastComponent())
            guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
                throw FileFailure("create the directory", path, Errno(rawValue: errno))
            }
        case let reason:
            throw FileFailure("create the directory", path, reason)
        }
    }

    /// Creates the directory like ``create(_:)``; an existing one must be private to this user.
    ///
    /// - Throws: ``FileFailure`` that says what is wrong with the existing one: a link, not a directory, another
    ///   user's, or accessible to others.
    public static func createPrivate(_ path: FilePath) throws(FileFailure) {
        try create(path)
        var status = stat()
        // Not followed: the creator of a link can change its target.
        guard lstat(path.string, &status) == 0 else {
            throw FileFailure("examine the directory", path, Errno(rawValue: errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw FileFailure("trust what is not a directory, or is a link to one; remove it", path, .notDirectory)
        }
        guard status.st_uid == geteuid() else {
            throw FileFailure("trust a directory of user \(status.st_uid); have it removed", path, .permissionDenied)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw FileFailure(
                "trust a directory that others can access; run `chmod 700` on it",
                path,
                .permissionDenied
            )
        }
    }

    /// Checks that nobody but this user and root decides what is in a directory; one that is not there is all right.
    ///
    /// - Throws: ``FileFailure`` that says what is wrong: it is another user's, or others can write to it.
    package static func checkOwn(_ path: FilePath) throws(FileFailure) {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return }
        guard [geteuid(), 0].contains(status.st_uid) else {
            throw FileFailure(
                "trust a directory of user \(status.st_uid); set QUIVER_HOME to a directory of your own",
                path,
                .permissionDenied
            )
        }
        guard status.st_mode & 0o022 == 0 else {
            throw FileFailure(
                "trust a directory that others can write to; run `chmod go-w` on it",
                path,
                .permissionDenied
            )
        }
    }

    /// Creates the directory, without its parents, with this process's default permissions.
    public static func createShared(_ path: FilePath) throws(FileFailure) {
        guard mkdir(path.string, 0o777) == 0 || errno == EEXIST else {
            throw FileFailure("create the directory", path, Errno(rawValue: errno))
        }
    }

    /// Whether there is a directory at the path, or a link to one.
    public static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in the directory, sorted; empty if there is no such directory.
    public static func names(in path: FilePath) -> [String] {
        guard let stream = opendir(path.string) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Renames a file or directory on the same file system, replacing a file with that name.
    public static func rename(_ path: FilePath, to name: FilePath) throws(FileFailure) {
        guard systemRename(path.string, name.string) == 0 else {
            throw FileFailure("rename to \(name)", path, Errno(rawValue: errno))
        }
    }

    /// Renames a finished directory to its final name, replacing what had that name before.
    public static func replace(_ path: FilePath, with finished: FilePath) throws(FileFailure) {
        let old = FilePath("\(finished).old")
        let hadOld = systemRename(path.string, old.string) == 0
        do {
            try rename(finished, to: path)
        } catch {
            if hadOld { _ = systemRename(old.string, path.string) }
            throw error
        }
        if hadOld { try removeTree(old) }
    }

    /// Removes a file, or a directory with its content; it is not an error if it does not exist.
    ///
    /// Symbolic links are removed, not followed.
    public static func removeTree(_ path: FilePath) throws(FileFailure) {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            if errno == ENOENT { return }
            throw FileFailure("remove", path, Errno(rawValue: errno))
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        if isDirectory {
            for name in names(in: path) { try removeTree(path.appending(name)) }
        }
        guard (isDirectory ? rmdir(path.string) : unlink(path.string)) == 0 || errno == ENOENT else {
            throw FileFailure("remove", path, Errno(rawValue: errno))
        }
    }
}

// Inside the type, the method with the same name would be found first.
private func systemRename(_ old: String, _ new: String) -> Int32 {
    rename(old, new)
}
