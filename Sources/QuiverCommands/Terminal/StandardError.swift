import SystemPackage

/// Standard error, for progress, logs and errors; standard output is for data alone.
enum StandardError {
    /// Whether it is a terminal, so that lines may be redrawn.
    static var isTerminal: Bool { FileDescriptor.standardError.isTerminal }

    static func write(_ line: String) {
        writeRaw(line + "\n")
    }

    static func writeRaw(_ text: String) {
        // A closed standard error must not end the work.
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }
}
