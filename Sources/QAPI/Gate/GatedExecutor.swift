public import QMPCore
public import SystemPackage
public import WireJSON

/// Executes commands after checking them against what the QEMU at the other end has.
///
/// Anything that QEMU does not have fails here, with its path, and is never sent. The gate can also do whatever the
/// executor behind it can: deadlines, out-of-band execution, events.
public struct GatedExecutor<Base: QMPExecutor>: QMPExecutor {
    /// The executor behind the gate.
    public let base: Base
    /// What knows which commands, members and values this QEMU has.
    public let gate: SchemaGate
    private let warn: @Sendable (SchemaWarning) -> Void

    /// - Parameter warn: Called for each deprecated or unstable thing in a command, before it is sent.
    public init(_ base: Base, gate: SchemaGate, warn: @escaping @Sendable (SchemaWarning) -> Void) {
        self.base = base
        self.gate = gate
        self.warn = warn
    }

    /// The base's greeting.
    public var greeting: QMPGreeting? { base.greeting }

    /// Checks the command, then has the base send it.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `unsupported` or `invalidArguments` before it is sent, else as the base does.
    public func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        try check(Command.name, command.arguments)
        return try await base.execute(command)
    }

    /// Checks a command by name, then has the base send it.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `unsupported` or `invalidArguments` before it is sent, else as the base does.
    public func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        try check(name, arguments)
        return try await base.execute(name, arguments)
    }

    private func check(_ name: String, _ arguments: JSONObject) throws(QMPError) {
        for warning in try gate.check(name, arguments) { warn(warning) }
    }
}

extension GatedExecutor: QMPTimedExecutor where Base: QMPTimedExecutor {
    /// Checks the command, then has the base send it and wait for at most `deadline`; nil is the base's own deadline.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `unsupported` or `invalidArguments` before it is sent, else as the base does.
    public func execute<Command: QMPCommand>(
        _ command: Command,
        deadline: Duration?,
        outOfBand: Bool = false,
    ) async throws(QMPError) -> Command.Reply {
        try check(Command.name, command.arguments)
        return try await base.execute(command, deadline: deadline, outOfBand: outOfBand)
    }

    /// Checks a command by name, then has the base send it and wait for at most `deadline`; nil is the base's own.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `unsupported` or `invalidArguments` before it is sent, else as the base does.
    public func execute(
        _ name: String,
        _ arguments: JSONObject,
        deadline: Duration?,
        outOfBand: Bool = false,
    ) async throws(QMPError) -> JSON {
        try check(name, arguments)
        return try await base.execute(name, arguments, deadline: deadline, outOfBand: outOfBand)
    }
}

extension GatedExecutor: QMPEventSource where Base: QMPEventSource {
    /// Subscribes to the base's events, which are not checked.
    public func eventItems() -> Base.Items { base.eventItems() }
}

extension QMPExecutor {
    /// The same executor behind a gate that knows what this QEMU has.
    ///
    /// - Parameters:
    ///   - cache: Where schemas are kept, so that each build of QEMU is asked only once; nil asks every time.
    ///   - program: QEMU's executable, which tells apart builds that do not name themselves.
    ///   - warn: Called for each deprecated or unstable thing in a command, before it is sent.
    public func gated(
        cache: SchemaCache?,
        program: FilePath? = nil,
        warn: @escaping @Sendable (SchemaWarning) -> Void,
    ) async throws(QMPError) -> GatedExecutor<Self> {
        let live = try await LiveSchema(of: self, cache: cache, program: program)
        return GatedExecutor(self, gate: SchemaGate(live), warn: warn)
    }
}
