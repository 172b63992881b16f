import GuestAccess
import LibC
import SystemPackage

/// Standard output, for data and the output of other programs.
enum StandardOutput {
    static var isTerminal: Bool { FileDescriptor.standardOutput.isTerminal }

    /// The terminal's width in columns; nil if there is none.
    static var columns: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Prints the result of a command, and a newline after it.
    ///
    /// - Throws: ``CommandFailure`` with 74 if it cannot be written, for example because the disk is full. A closed
    ///   pipe, as with `head`, is not an error.
    /// - Returns: Whether the output is still being read.
    @discardableResult static func print(_ text: String) throws(CommandFailure) -> Bool {
        try passOn(Array("\(text)\n".utf8))
    }

    /// Writes bytes as they are, also to a terminal; as ``print(_:)`` otherwise.
    static func passOn(_ bytes: [UInt8]) throws(CommandFailure) -> Bool {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
            return true
        } catch {
            if error as? Errno == .brokenPipe { return false }
            throw CommandFailure(.inputOutput, "standard output: cannot write: \(error)", cause: error)
        }
    }

    /// Writes binary data, but not to a terminal.
    ///
    /// - Throws: ``CommandFailure`` with 64 for a terminal, 74 if they cannot be written.
    static func write(_ bytes: [UInt8]) throws(CommandFailure) {
        guard !isTerminal else {
            throw CommandFailure(
                .usage,
                "standard output: is a terminal, and the output is binary; redirect it to a file"
            )
        }
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
        } catch {
            throw CommandFailure(.inputOutput, "standard output: cannot write: \(error)", cause: error)
        }
    }
}
