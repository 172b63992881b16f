/// What an option takes, for the message about a value that it does not take.
enum ValueHint {
    private static let sizes = ["--memory", "--disk", "--size"]
    private static let durations = [
        "--timeout", "--boot-timeout", "--test-timeout", "--stall-timeout", "--grace", "--patience", "--unused-for",
    ]

    /// The end of a message that names an option whose values have a form of their own; empty for other messages.
    static func following(_ message: String) -> String {
        guard message.contains("is invalid for") || message.contains("Missing value for") else { return "" }
        // Some say themselves what they take.
        guard !message.contains("; use e.g.") else { return "" }
        if sizes.contains(where: { message.contains("'\($0) ") }) { return "; use a size, e.g. 512M or 4G" }
        if durations.contains(where: { message.contains("'\($0) ") }) { return "; use a duration, e.g. 90s or 2m" }
        if message.contains("'--forward ") { return "; use HOSTPORT:GUESTPORT, e.g. 8080:80 or 127.0.0.1:0:22" }
        if message.contains("'--cpus ") { return "; use a number from 1 to 255" }
        return ""
    }
}
