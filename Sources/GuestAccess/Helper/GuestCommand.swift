import WireJSON

/// A command that the helper runs in the guest, as root or another user.
public struct GuestCommand: Hashable, Sendable {
    /// The program, found in the helper's `PATH` unless it is a path, and its arguments; no shell is involved.
    public var words: [String]
    /// The user; nil is root.
    public var user: String?
    /// The directory to run in; nil is the user's home, `/` for root.
    public var workingDirectory: String?
    /// Changes to the helper's environment.
    public var environment: [String: String]
    /// What the command reads from its standard input.
    public var input: [UInt8]

    /// Creates a command that runs as root in `/`, with an empty standard input.
    public init(_ words: [String]) {
        self.words = words
        workingDirectory = nil
        environment = [:]
        input = []
    }

    /// A line for the guest's `/bin/sh`.
    public static func shell(_ line: String) -> Self { Self(["/bin/sh", "-c", line]) }

    var arguments: JSONObject {
        var arguments: JSONObject = [:]
        arguments.set("argv", words)
        arguments.set("user", user)
        arguments.set("cwd", workingDirectory)
        if !environment.isEmpty { arguments.set("env", environment) }
        if !input.isEmpty { arguments.set("stdin", Base64.encoded(input)) }
        return arguments
    }
}
