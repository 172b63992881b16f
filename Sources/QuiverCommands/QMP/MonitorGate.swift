import HostSupport
import QAPI
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

/// What the QEMU of a monitor has, asked once for each build of QEMU.
enum MonitorGate {
    static func schema(of qmp: QMPConnection) async throws(QMPError) -> LiveSchema {
        let cache = SchemaCache(folder: QuiverHome.current.cache.appending("schemas"))
        return try await LiveSchema(of: qmp, cache: cache, program: qmp.program)
    }

    /// Executes a command that this QEMU has; what is deprecated or unstable in it is said on standard error.
    ///
    /// - Throws: ``QMPError`` for what this QEMU does not have, with its path and before anything is sent.
    static func execute(
        _ command: String,
        _ arguments: JSONObject,
        on qmp: QMPConnection,
        gate: SchemaGate,
        deadline: Duration,
        outOfBand: Bool = false,
    ) async throws(QMPError) -> JSON {
        for warning in try gate.check(command, arguments) { StandardError.write("quiver: warning: \(warning)") }
        return try await qmp.execute(command, arguments, deadline: deadline, outOfBand: outOfBand)
    }
}
