/// What an option accepts, for the error about a value that is not valid.
enum ValueHint {
    private static let sizes = ["--memory", "--disk", "--size"]
    private static let durations = [
        "--timeout", "--boot-timeout", "--test-timeout", "--stall-timeout", "--grace", "--patience", "--unused-for",
    ]

    /// The hint for an option with a special value format; empty for other messages.
    static func following(_ message: String) -> String {
        if message.hasPrefix("Missing expected argument '-- <command>") { return "; put -- before the command" }
        guard message.contains("is invalid for") || message.contains("Missing value for") else { return "" }
        // Some messages already have a hint.
        guard !message.contains("; use e.g.") else { return "" }
        if sizes.contains(where: { message.contains("'\($0) ") }) { return "; use a size, e.g. 512M or 4G" }
        if durations.contains(where: { message.contains("'\($0) ") }) { return "; use a duration, e.g. 90s or 2m" }
        if message.contains("'--forward ") { return "; use HOSTPORT:GUESTPORT, e.g. 8080:80 or 127.0.0.1:0:22" }
        if message.contains("'--cpus ") { return "; use a number from 1 to 255" }
        return ""
    }
}
