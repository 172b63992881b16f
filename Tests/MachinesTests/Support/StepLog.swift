import HostSupport
import Machines
import SystemPackage

/// Notes how the steps of a test end, and after how long, in the file that `QUIVER_TEST_STEPS` names; without it, nowhere.
///
/// `Tools/check-qemus` and `Tools/check-kvm` make their tables of it. A line has the QEMU's directory (`-` for the
/// installed one), the architecture, the firmware, the step, `passed` or `failed`, and milliseconds, with tabs between.
struct StepLog {
    let board: Board

    /// Runs a step of the test; one that throws has failed.
    func step<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        do {
            let value = try await body()
            note(name, "passed", since: start)
            return value
        } catch {
            note(name, "failed", since: start)
            throw error
        }
    }

    private func note(_ name: String, _ outcome: String, since start: ContinuousClock.Instant) {
        guard let path = HostEnvironment["QUIVER_TEST_STEPS"], !path.isEmpty,
            let file = try? FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.append, .create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        else { return }
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        let fields = [
            board.qemu?.string ?? "-", board.architecture.rawValue, "\(board.firmware)", name, outcome,
            "\(Int(milliseconds))",
        ]
        try? file.closeAfter { _ = try file.writeAll((fields.joined(separator: "\t") + "\n").utf8) }
    }
}
