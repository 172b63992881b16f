import HostSupport
package import SystemPackage

/// Runs the body with a directory of its own, which is gone afterwards.
package func withScratchDirectory<Value>(_ body: (FilePath) async throws -> Value) async throws -> Value {
    let base = HostEnvironment["TMPDIR"] ?? "/tmp"
    let directory = FilePath(base).appending("quiver-images-\(UInt64.random(in: 0 ... .max))")
    try Directory.create(directory)
    return try await withCleanup {
        try await body(directory)
    } cleanup: {
        try? Directory.removeTree(directory)
    }
}
