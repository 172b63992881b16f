import HostSupport
import LibC
import SystemPackage

/// Runs the body with a directory of its own, which is removed afterwards.
func withScratchDirectory(_ body: (FilePath) throws -> Void) throws {
    let directory = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try Directory.create(directory)
    defer { try? Directory.removeTree(directory) }
    try body(directory)
}

/// Runs the asynchronous body with a directory of its own, which is removed afterwards.
func withScratchDirectory(_ body: (FilePath) async throws -> Void) async throws {
    let directory = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try Directory.create(directory)
    defer { try? Directory.removeTree(directory) }
    try await body(directory)
}

extension FilePath {
    static func link(_ path: FilePath, to target: FilePath) throws {
        guard symlink(target.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    }
}
