import HostSupport
import LibC
import SystemPackage
import Testing

extension Tag {
    /// Needs QEMU on this host.
    @Tag static var qemu: Self
}

/// A home of a test's own, removed afterwards.
enum ScratchHome {
    static func with<Value>(_ body: (QuiverHome) async throws -> Value) async throws -> Value {
        let root = FilePath("/tmp/quiver-test-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        try Directory.create(root)
        return try await withCleanup {
            try await body(QuiverHome(root: root))
        } cleanup: {
            try? Directory.removeTree(root)
        }
    }
}

/// What a test asks of the system about a process.
enum ProcessProbe {
    static func isAlive(_ id: Int32) -> Bool { kill(id, 0) == 0 }
}
