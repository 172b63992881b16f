import HostSupport
import LibC
import SystemPackage

/// Runs the body with a folder of its own, which is removed afterwards.
func withScratchFolder(_ body: (FilePath) throws -> Void) throws {
    let folder = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try Folder.create(folder)
    defer { try? Folder.removeTree(folder) }
    try body(folder)
}

/// Runs the asynchronous body with a folder of its own, which is removed afterwards.
func withScratchFolder(_ body: (FilePath) async throws -> Void) async throws {
    let folder = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try Folder.create(folder)
    defer { try? Folder.removeTree(folder) }
    try await body(folder)
}

extension FilePath {
    static func link(_ path: FilePath, to target: FilePath) throws {
        guard symlink(target.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    }
}
