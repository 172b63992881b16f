public import QMPCore
public import SystemPackage
public import WireJSON

/// Executes commands after checking them against what the QEMU at the other end has.
///
/// What it does not have fails here, with its path, and is never sent.
public struct GatedExecutor<Base: QMPExecutor>: QMPExecutor {
    public let base: Base
    public let gate: SchemaGate
    private let warn: @Sendable (SchemaWarning) -> Void

    /// - Parameter warn: Called for each deprecated or unstable thing in a command, before it is sent.
    public init(_ base: Base, gate: SchemaGate, warn: @escaping @Sendable (SchemaWarning) -> Void) {
        self.base = base
        self.gate = gate
        self.warn = warn
    }

    public func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        for warning in try gate.check(Command.name, command.arguments) { warn(warning) }
        return try await base.execute(command)
    }

    public func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        for warning in try gate.check(name, arguments) { warn(warning) }
        return try await base.execute(name, arguments)
    }
}

extension QMPExecutor {
    /// The same executor behind a gate that knows what this QEMU has.
    ///
    /// - Parameters:
    ///   - cache: Where schemas are kept, so that QEMU is asked once for each of its builds; nil asks each time.
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
