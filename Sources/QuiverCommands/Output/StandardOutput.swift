import GuestAccess
import LibC
import SystemPackage

/// Where data and other programs' output goes.
enum StandardOutput {
    static var isTerminal: Bool { FileDescriptor.standardOutput.isTerminal }

    /// The terminal's width in columns; nil where there is none.
    static var columns: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Prints the result of a command, and a newline after it.
    ///
    /// - Throws: ``CommandFailure`` with 74 when it cannot be written, as when the disk is full. A reader that left, as
    ///   `head` does, has what it wanted: that is no failure.
    /// - Returns: Whether somebody still reads.
    @discardableResult static func print(_ text: String) throws(CommandFailure) -> Bool {
        do {
            try FileDescriptor.standardOutput.writeAll("\(text)\n".utf8)
            return true
        } catch {
            if error as? Errno == .brokenPipe { return false }
            throw CommandFailure(.inputOutput, "standard output: cannot write: \(error)", cause: error)
        }
    }

    /// Writes the bytes of a file, unless somebody sits before them.
    ///
    /// - Throws: ``CommandFailure`` with 64 for a terminal, 74 when they cannot be written.
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

    /// Passes on what another program printed, each stream to its own.
    @Sendable static func write(_ stream: OutputStream, _ bytes: [UInt8]) {
        let descriptor: FileDescriptor =
            switch stream {
            case .standardOutput: .standardOutput
            case .standardError: .standardError
            }
        // A reader that left, as `head` does, must not end the work that it looked at.
        _ = try? descriptor.writeAll(bytes)
    }
}
