import HostSupport
import QAPI
import QMPClient
import QMPCore
import SystemPackage

/// The schema of a monitor's QEMU, cached for each build of QEMU.
enum MonitorGate {
    private static var cache: SchemaCache { SchemaCache(directory: QuiverHome.current.cache.appending("schemas")) }

    static func schema(of qmp: QMPConnection) async throws(QMPError) -> LiveSchema {
        try await LiveSchema(of: qmp, cache: cache, program: qmp.program)
    }

    /// The connection with checked commands; deprecated and unstable features cause a warning on standard error.
    static func gated(_ qmp: QMPConnection) async throws(QMPError) -> GatedExecutor<QMPConnection> {
        try await qmp.gated(cache: cache, program: qmp.program) { StandardError.write("quiver: warning: \($0)") }
    }
}
