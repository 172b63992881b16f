import HostSupport
import LibC
import Machines
import SystemPackage

/// Connects this process's input and output with a machine's serial console.
struct ConsoleSession: Sendable {
    /// Ctrl-], as in telnet.
    private static let detachKey: UInt8 = 0x1D

    let socket: FilePath
    let name: String

    /// Runs until the user detaches, standard input ends, the machine ends or the task is cancelled.
    func run() async throws {
        let isTerminal = FileDescriptor.standardInput.isTerminal
        let console = try await Machine.connectToConsole(at: socket, name: name)
        if isTerminal { StandardError.write("attached to \(name); Ctrl-] detaches") }
        let wake = try FileDescriptor.pipe()
        defer {
            try? wake.readEnd.close()
            try? wake.writeEnd.close()
        }
        let terminal = isTerminal ? RawTerminal() : nil
        defer { terminal?.restore() }
        let hasDetached = try await withTaskCancellationHandler {
            try await BlockingCalls.run { try Self.join(console, wake: wake.readEnd) }
        } onCancel: {
            _ = try? wake.writeEnd.writeAll([0])
        }
        try console.close()
        terminal?.restore()
        if isTerminal {
            StandardError.write(hasDetached ? "\ndetached from \(name)" : "\nthe console of \(name) was closed")
        }
    }

    /// Copies in both directions; returns whether our side ended the session.
    private static func join(_ console: FileDescriptor, wake: FileDescriptor) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let ready = try FileDescriptor.readable(among: [console, wake, .standardInput])
            if ready.contains(wake) { return true }
            if ready.contains(console) {
                let count = try buffer.withUnsafeMutableBytes { try console.read(into: $0) }
                if count == 0 { return false }
                try FileDescriptor.standardOutput.writeAll(buffer[..<count])
            }
            if ready.contains(.standardInput) {
                let count = try buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
                let typed = buffer[..<count]
                let wanted = typed.prefix { $0 != detachKey }
                try console.sendAll(wanted)
                if count == 0 || wanted.count < typed.count { return true }
            }
        }
    }
}

/// The terminal in raw mode: each key goes to the guest unchanged, even Ctrl-C.
private final class RawTerminal: Sendable {
    private let before: termios

    init?() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        before = settings
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    func restore() {
        var settings = before
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }
}
