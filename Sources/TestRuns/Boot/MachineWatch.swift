import GuestAccess
import HostSupport
import Machines
import QAPI
import SystemPackage

/// Watches a machine while it is used: if it ends or is stuck, the work ends too, with the reason.
struct MachineWatch {
    let machine: Machine

    init(_ machine: Machine) {
        self.machine = machine
    }

    /// Runs the body, which is cancelled when the machine ends.
    ///
    /// - Throws: ``TestRunError`` with code `machineLost` if the machine ended or got stuck first; otherwise what the
    ///   body throws.
    func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let outcome: Outcome<Value>? = try await race(
            {
                do {
                    return .finished(try await body())
                } catch {
                    return .failed(error)
                }
            },
            { .machineEnded(try await machine.waitUntilEnded()) },
            { try await waitUntilStuck() },
        )
        switch outcome {
        case .finished(let value): return value
        case .machineEnded(let cause): throw lost(cause)
        case .machineStuck(let error): throw error
        case .failed(let error):
            // A broken connection is often the first sign that a machine ended: the reason of its end says more.
            if !Task.isCancelled, let cause = await endSoon(behind: error) { throw lost(cause) }
            throw error
        case nil: throw CancellationError()
        }
    }

    /// The connection to the guest's helper; if the machine has ended, the error has the reason.
    func helper() async throws -> GuestHelper { try await during { try machine.helper() } }

    private enum Outcome<Value: Sendable>: Sendable {
        case finished(Value)
        case failed(any Error)
        case machineEnded(ExitCause)
        case machineStuck(any Error)
    }

    /// Waits for a state in which the guest is stopped and cannot continue by itself.
    private func waitUntilStuck<Value>() async throws -> Outcome<Value> {
        var loss = ""
        do {
            for try await state in machine.runStates {
                if let reason = await stuckReason(in: state) { return .machineStuck(reason) }
            }
        } catch {
            loss = ": \(error)"
        }
        // A connection breaks when its machine ends; the task that waits for that end reports it, with the reason.
        try await Task.sleep(for: Self.endPatience)
        return .machineStuck(
            TestRunError(.machineLost, "QEMU is running but the connection to its monitor was lost\(loss)")
        )
    }

    /// How much later than its monitor's a process's end may be noticed; on a busy host this takes surprisingly long.
    private static let endPatience = Duration.seconds(5)

    private func stuckReason(in state: RunState) async -> (any Error)? {
        switch state {
        case .ioError: await diskFailure()
        case .internalError:
            TestRunError(
                .machineLost,
                "QEMU cannot continue running the guest (\(machine.acceleratorFailure ?? "internal error")); use --accel tcg",
            )
        case .guestPanicked: TestRunError(.machineLost, "the guest's kernel panicked")
        case .watchdog: TestRunError(.machineLost, "the guest's watchdog expired, and QEMU paused the guest")
        default: nil
        }
    }

    /// The disk because of which QEMU has paused the guest, since the host cannot read or write it.
    func diskFailure() async -> FileFailure {
        // The event that reports the failure comes before the guest is stopped.
        for _ in 0..<50 {
            if let problem = try? await machine.driveProblems().first {
                let reason: Errno = problem.isFull ? .noSpace : .ioError
                return FileFailure("write the guest's disk", problem.file, reason)
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        let disk = machine.description.drives.first?.file ?? machine.directory.path
        return FileFailure("write the guest's disk", disk, .ioError)
    }

    private func endSoon(behind error: any Error) async -> ExitCause? {
        if error is CancellationError { return nil }
        if let cause = await machine.causeOfEnd(behind: error) { return cause }
        for _ in 0..<20 {
            if let cause = machine.exitCause { return cause }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    private func lost(_ cause: ExitCause) -> TestRunError {
        TestRunError(.machineLost, "the machine stopped during the run: \(cause)")
    }
}
