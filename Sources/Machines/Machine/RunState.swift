import QMPClient
import QMPCore
package import WireJSON

/// The state of the guest's processors, by QEMU's name for it; newer versions of QEMU add names.
public struct RunState: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// QEMU's name, as in `running`.
    public let rawValue: String

    /// Creates the state of this name, which need not be one of those below.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The guest's processors run.
    public static let running = Self(rawValue: "running")
    /// Stopped by a command.
    public static let paused = Self(rawValue: "paused")
    /// Waiting for the first `cont`.
    public static let prelaunch = Self(rawValue: "prelaunch")
    /// Waiting for incoming state.
    public static let incomingMigration = Self(rawValue: "inmigrate")
    /// The state is being sent; towards the end the processors are stopped.
    public static let finishMigration = Self(rawValue: "finish-migrate")
    /// The state has been sent.
    public static let postMigration = Self(rawValue: "postmigrate")
    /// Paused because a drive could not be read or written, for example because the host's disk is full.
    public static let ioError = Self(rawValue: "io-error")
    /// Paused because the accelerator cannot execute the guest's code; only a reset helps.
    public static let internalError = Self(rawValue: "internal-error")
    /// Stopped because the guest's kernel panicked.
    public static let guestPanicked = Self(rawValue: "guest-panicked")
    /// The guest has shut down, and QEMU keeps running because of `-no-shutdown`.
    public static let shutdown = Self(rawValue: "shutdown")
    /// Stopped because the guest did not feed its watchdog.
    public static let watchdog = Self(rawValue: "watchdog")

    /// QEMU's name, as in `running`.
    public var description: String { rawValue }

    /// Whether the guest's processors are running.
    public var isRunning: Bool { self == .running }

    /// Whether QEMU refuses to resume the guest before it is reset.
    var requiresReset: Bool { self == .shutdown || self == .internalError }
}

extension Machine {
    /// The current run state.
    public func status() async throws(MachineError) -> RunState {
        let reply = try await command("query-status")
        guard case .object(let object) = reply, case .string(let status)? = object["status"] else {
            throw error(.monitorFailed, "cannot parse QEMU's status")
        }
        return RunState(rawValue: status)
    }

    /// Pauses the guest's processors.
    public func pause() async throws(MachineError) { _ = try await command("stop") }

    /// Resumes the guest's processors.
    public func resume() async throws(MachineError) { _ = try await command("cont") }

    /// Resets the guest, as its reset button would.
    public func reset() async throws(MachineError) { _ = try await command("system_reset") }

    /// Executes a command and reports its failure as this machine's.
    package func command(_ name: String, _ arguments: JSONObject = [:]) async throws(MachineError) -> JSON {
        do {
            return try await qmp.execute(name, arguments)
        } catch {
            if let ended = await ended(behind: error) { throw ended }
            throw self.error(error.code == .timedOut ? .unresponsive : .monitorFailed, "QEMU refused", cause: error)
        }
    }
}
