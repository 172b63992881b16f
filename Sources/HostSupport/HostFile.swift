import LibC
package import SystemPackage

/// What is at a path of the host.
package enum HostFile {
    package static func isExecutable(_ path: FilePath) -> Bool {
        kind(of: path) == S_IFREG && access(path.string, X_OK) == 0
    }

    package static func isDirectory(_ path: FilePath) -> Bool { kind(of: path) == S_IFDIR }

    package static func isFile(_ path: FilePath) -> Bool { kind(of: path) == S_IFREG }

    package static func isPipe(_ path: FilePath) -> Bool { kind(of: path) == S_IFIFO }

    package static func exists(_ path: FilePath) -> Bool { kind(of: path) != nil }

    private static func kind(of path: FilePath) -> mode_t? {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }
}
