public import GuestAccess

/// A guest that takes commands: it has booted as far as was asked, and its helper answers.
///
/// Valid within ``Machine/withGuest(ready:within:_:)``. Commands run as root, without a network.
public struct Guest: Sendable {
    /// What a guest must have reached before it is used.
    public enum Readiness: Sendable, Hashable {
        /// Quiver's helper runs, early in the boot.
        case helper
        /// cloud-init has finished without an error; an image without cloud-init is ready when its helper is.
        case cloudInit
        /// sshd listens.
        case ssh
    }

    /// The connection to the guest's helper, for everything that this type has no method for.
    public let helper: GuestHelper

    /// How long a command may run unless told otherwise: ten minutes.
    public static let commandLimit = Duration.seconds(600)

    /// Runs a program with arguments, without a shell, and returns what it wrote to standard output.
    ///
    /// - Parameter limit: How long it may run; it is killed then. Nil means no limit.
    /// - Returns: Standard output as text, without line breaks at its end; bytes that are not UTF-8 are replaced.
    /// - Throws: ``GuestAccess/GuestAccessError`` with code `commandFailed` if the exit status is not 0, `timedOut`, or
    ///   `helperClosed` if the machine ends.
    public func output(_ words: String..., within limit: Duration? = commandLimit) async throws -> String {
        let text = try await succeed(GuestCommand(words), within: limit).text
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }

    /// Runs a program with arguments, without a shell; see ``output(_:within:)`` for limit and errors.
    public func run(_ words: String..., within limit: Duration? = commandLimit) async throws {
        _ = try await succeed(GuestCommand(words), within: limit)
    }

    /// Runs a line in the guest's `/bin/sh`; see ``output(_:within:)`` for the result, limit and errors.
    @discardableResult
    public func shell(_ line: String, within limit: Duration? = commandLimit) async throws -> String {
        try await output("/bin/sh", "-c", line, within: limit)
    }

    /// Runs a command and collects its output; an exit status other than 0 is a result, not an error.
    public func collect(_ command: GuestCommand, within limit: Duration? = commandLimit) async throws
        -> CollectedCommand
    {
        try await helper.collect(command, within: limit)
    }

    private func succeed(_ command: GuestCommand, within limit: Duration?) async throws -> CollectedCommand {
        let outcome = try await helper.collect(command, within: limit)
        guard outcome.isSuccess else {
            throw GuestAccessError(
                .commandFailed,
                guest: helper.guest,
                "`\(ShellWords.joined(command.words))` failed with exit status \(outcome.status): "
                    + GuestText.shown(outcome.lastWords),
            )
        }
        return outcome
    }
}
