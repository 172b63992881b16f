/// What an option takes, for the message about a value that it does not take.
enum ValueHint {
    private static let sizes = ["--memory", "--disk", "--size"]
    private static let durations = ["--timeout", "--boot-timeout", "--grace"]

    /// The end of a message that names an option whose values have a form of their own; empty for other messages.
    static func following(_ message: String) -> String {
        guard message.contains("is invalid for") else { return "" }
        if sizes.contains(where: { message.contains("'\($0) ") }) { return "; give a size such as 512M or 4G" }
        if durations.contains(where: { message.contains("'\($0) ") }) { return "; give a duration such as 90s or 2m" }
        return ""
    }
}
