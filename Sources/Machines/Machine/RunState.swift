import QMPClient
import QMPCore
import WireJSON

/// What the guest's processors do, by QEMU's name for it; QEMU adds names between versions.
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
    /// Waiting for state from elsewhere.
    public static let incomingMigration = Self(rawValue: "inmigrate")
    /// Its state is being sent elsewhere, at the last with the processors standing still.
    public static let finishMigration = Self(rawValue: "finish-migrate")
    /// Its state has been sent elsewhere.
    public static let postMigration = Self(rawValue: "postmigrate")
    /// Paused because a drive could not be read or written, as when the host's disk is full.
    public static let ioError = Self(rawValue: "io-error")
    /// Paused because the accelerator cannot execute what the guest does; only a reset gets it out.
    public static let internalError = Self(rawValue: "internal-error")
    /// Stopped because the guest's kernel panicked.
    public static let guestPanicked = Self(rawValue: "guest-panicked")
    /// The guest has shut down and QEMU was told to stay.
    public static let shutdown = Self(rawValue: "shutdown")
    /// Stopped because the guest did not feed its watchdog.
    public static let watchdog = Self(rawValue: "watchdog")

    /// QEMU's name, as in `running`.
    public var description: String { rawValue }

    /// Whether the guest's processors run.
    public var isRunning: Bool { self == .running }

    /// Whether QEMU refuses to let the guest go on before it is reset.
    var requiresReset: Bool { self == .shutdown || self == .internalError }
}

extension Machine {
    /// What the guest's processors do at this moment.
    public func status() async throws(MachineError) -> RunState {
        let reply = try await command("query-status")
        guard case .object(let object) = reply, case .string(let status)? = object["status"] else {
            throw error(.monitorFailed, "cannot parse QEMU's status")
        }
        return RunState(rawValue: status)
    }

    /// Stops the guest's processors.
    public func pause() async throws(MachineError) { _ = try await command("stop") }

    /// Lets the guest's processors go on.
    public func resume() async throws(MachineError) { _ = try await command("cont") }

    /// Resets the guest, as its reset button would.
    public func reset() async throws(MachineError) { _ = try await command("system_reset") }

    /// Executes a command whose failure is this machine's.
    func command(_ name: String, _ arguments: JSONObject = [:]) async throws(MachineError) -> JSON {
        do {
            return try await qmp.execute(name, arguments)
        } catch {
            if let ended = await ended(behind: error) { throw ended }
            throw self.error(error.code == .timedOut ? .unresponsive : .monitorFailed, "QEMU refused", cause: error)
        }
    }
}
