import GuestAccess
import HostSupport
import QMPCore
import SystemPackage

extension Machine {
    /// Runs an operation; if it fails because QEMU ended, the error says how QEMU ended and during what.
    ///
    /// - Throws: ``MachineError`` with code `ended`, QEMU's exit status and its last lines on standard error; otherwise
    ///   what the body throws.
    package func explainingEnd<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            guard let explained = await ended(behind: error) else { throw error }
            throw explained
        }
    }

    /// What to throw for an operation that failed with an error: how QEMU ended if that is why, otherwise this.
    func failure(_ code: MachineError.Code, _ message: String, behind error: any Error) async -> MachineError {
        await ended(behind: error) ?? self.error(code, message, cause: error)
    }

    /// The error that says how QEMU ended and during which command, if that is why an operation failed.
    package func ended(behind error: any Error) async -> MachineError? {
        if let known = error as? MachineError, known.code == .ended { return known }
        guard let cause = await causeOfEnd(behind: error) else { return nil }
        let command = Self.qmpError(in: error)?.command.map { " during `\($0)`" } ?? ""
        return self.error(.ended, "ended\(command): \(cause)", cause: error)
    }

    /// How QEMU ended, if that is why an operation failed.
    ///
    /// - Parameter error: What the operation failed with. The loss of a connection is noticed before the process is
    ///   gone, so this waits a moment for the process then.
    /// - Returns: Nil if QEMU is still running, or the operation was cancelled.
    package func causeOfEnd(behind error: any Error) async -> ExitCause? {
        if error is CancellationError { return nil }
        if let cause = exitCause { return cause }
        guard Self.isLossOfConnection(error) else { return nil }
        return try? await withDeadline(Self.endPatience, waitingFor: "QEMU to end") { try await self.waitUntilEnded() }
    }

    /// How long after its connection a process may be seen to end; longer on a busy host than one would think.
    private static let endPatience = Duration.seconds(5)

    private static func qmpError(in error: any Error) -> QMPError? {
        error as? QMPError ?? (error as? MachineError)?.cause as? QMPError
    }

    private static func isLossOfConnection(_ error: any Error) -> Bool {
        if let code = qmpError(in: error)?.code { return code == .connectionClosed || code == .outcomeUnknown }
        if let code = (error as? GuestAccessError)?.code { return code == .helperClosed || code == .connectionLost }
        let lost: [Errno] = [.connectionReset, .brokenPipe, .connectionRefused, .noSuchFileOrDirectory]
        return (error as? Errno).map(lost.contains) ?? false
    }
}
