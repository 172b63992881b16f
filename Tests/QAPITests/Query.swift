import QGA
import QMPCore

/// Sends one query through its typed method.
typealias Query = @Sendable (any QMPExecutor) async throws -> any Sendable

/// Sends one of the guest agent's queries through its typed method.
typealias GuestAgentQuery = @Sendable (any GuestAgentExecutor) async throws -> any Sendable
