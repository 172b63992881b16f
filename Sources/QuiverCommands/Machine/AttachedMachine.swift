import HostSupport
import Machines

/// Attaches to a running machine, runs the body, and disconnects from its monitor.
///
/// - Parameter limit: How long its monitor may take to answer.
func withAttachedMachine<Value>(
    _ name: String,
    within limit: Duration = .seconds(10),
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    let machine = try await MachineStore().attach(to: name, within: limit)
    return try await withCleanup {
        try await body(machine)
    } cleanup: {
        await machine.disconnect()
    }
}
