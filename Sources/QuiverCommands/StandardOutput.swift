import GuestAccess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where data and other programs' output goes.
enum StandardOutput {
    static var isTerminal: Bool { FileDescriptor.standardOutput.isTerminal }

    /// The terminal's width in columns; nil where there is none.
    static var columns: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
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
