import HostSupport
import Machines
import SystemPackage

/// Watches over a machine while something is done with it: when it ends or is stuck, the work ends too, with the reason.
struct MachineWatch {
    let machine: Machine

    init(_ machine: Machine) {
        self.machine = machine
    }

    /// Runs the body, which is cancelled when the machine ends.
    ///
    /// - Throws: ``TestRunError`` with code `machineLost` when the machine ended or got stuck first; otherwise what the body throws.
    func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask {
                do {
                    return .finished(try await body())
                } catch {
                    return .failed(error)
                }
            }
            group.addTask { .machineEnded(try await machine.waitUntilEnded()) }
            group.addTask { try await waitUntilStuck() }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .finished(let value): return value
            case .machineEnded(let cause): throw lost(cause)
            case .machineStuck(let error): throw error
            case .failed(let error):
                // A broken connection is often the first sign of a machine's end: its reason says more.
                if !Task.isCancelled, !(error is CancellationError), let cause = await endSoon() { throw lost(cause) }
                throw error
            case nil: throw CancellationError()
            }
        }
    }

    private enum Outcome<Value: Sendable>: Sendable {
        case finished(Value)
        case failed(any Error)
        case machineEnded(ExitCause)
        case machineStuck(any Error)
    }

    /// Waits for a state in which the guest stands still until somebody does something.
    private func waitUntilStuck<Value>() async throws -> Outcome<Value> {
        do {
            for try await state in machine.runStates {
                if let reason = await stuckReason(in: state) { return .machineStuck(reason) }
            }
        } catch {
            // The connection broke: how the machine ended is told by the task that waits for that.
        }
        try await Task.sleep(for: .seconds(3600))
        throw CancellationError()
    }

    private func stuckReason(in state: RunState) async -> (any Error)? {
        switch state {
        case .ioError:
            // Unless told otherwise QEMU pauses a guest whose writes the host's disk has no room for.
            let problems = (try? await machine.driveProblems()) ?? []
            if let full = problems.first(where: \.isFull) {
                return FileFailure("write the guest's disk", full.file, .noSpace)
            }
            let told =
                problems.isEmpty
                ? "a drive cannot be read or written" : problems.map(\.description).joined(separator: "; ")
            return TestRunError(.machineLost, "the guest was paused: \(told)")
        case .guestPanicked: return TestRunError(.machineLost, "the guest's kernel panicked")
        case .watchdog: return TestRunError(.machineLost, "the guest was paused by its watchdog, which it did not feed")
        default: return nil
        }
    }

    private func endSoon() async -> ExitCause? {
        for _ in 0..<20 {
            if let cause = machine.exitCause { return cause }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    private func lost(_ cause: ExitCause) -> TestRunError {
        TestRunError(.machineLost, "the machine ended while it was needed: \(cause)")
    }
}
