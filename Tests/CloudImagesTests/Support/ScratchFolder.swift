import HostSupport
import SystemPackage

/// Runs the body with a folder of its own, which is gone afterwards.
func withScratchFolder<Value>(_ body: (FilePath) async throws -> Value) async throws -> Value {
    let base = HostEnvironment["TMPDIR"] ?? "/tmp"
    let folder = FilePath(base).appending("quiver-images-\(UInt64.random(in: 0 ... .max))")
    try Folder.create(folder)
    return try await withCleanup {
        try await body(folder)
    } cleanup: {
        try? Folder.removeTree(folder)
    }
}
