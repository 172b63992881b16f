import GuestAccess
import SystemPackage

/// Standard error, for progress, logs and errors; standard output is for data alone.
enum StandardError {
    /// Whether it is a terminal, so that lines may be redrawn.
    static var isTerminal: Bool { FileDescriptor.standardError.isTerminal }

    /// Writes a message for people, and a newline after it.
    static func write(_ message: String) {
        writeRaw(GuestText.shownLines(message) + "\n")
    }

    /// Clears the line that is being redrawn, if there may be one.
    static func clearLine() {
        if isTerminal { writeRaw("\r\u{1B}[K") }
    }

    static func writeRaw(_ text: String) {
        // A closed standard error must not end the work.
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }
}
