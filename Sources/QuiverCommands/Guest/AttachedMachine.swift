import HostSupport
import Machines

/// Attaches to a running machine, runs the body, and lets go of its monitor again.
func withAttachedMachine<Value>(
    _ name: String,
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    let machine = try await MachineStore().attach(to: name)
    return try await withCleanup {
        try await body(machine)
    } cleanup: {
        await machine.disconnect()
    }
}
