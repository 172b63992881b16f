import HostSupport
import LibC
import Machines
import PatienceForTests
import SystemPackage

/// A shell in the test guest, over its serial console.
struct ConsoleShell: Sendable {
    private let console: FileDescriptor

    /// Attaches to a machine's console and waits until the guest has booted.
    static func attach(to machine: Machine, within limit: Duration = Patience.seconds(120)) async throws -> ConsoleShell
    {
        let shell = try await reattach(to: machine)
        try await shell.waitForBoot(within: limit)
        return shell
    }

    /// Waits until the guest says that it has booted.
    func waitForBoot(within limit: Duration = Patience.seconds(120)) async throws {
        _ = try await read(until: "QUIVER GUEST READY", within: limit)
    }

    /// Attaches to the console of a guest that has booted.
    static func reattach(to machine: Machine) async throws -> ConsoleShell {
        ConsoleShell(
            console: try await Machine.connectToConsole(at: machine.directory.consoleSocket, name: machine.name)
        )
    }

    /// Executes a line and returns what it prints.
    func run(_ line: String, within limit: Duration = Patience.seconds(60)) async throws -> String {
        let token = "end-\(UInt32.random(in: 0 ... .max))"
        // Split, so that an echo of the line itself is not taken for its end.
        try console.sendAll("\(line); echo \(token.prefix(4))''\(token.dropFirst(4))\n".utf8)
        let output = try await read(until: token, within: limit)
        return output.split(whereSeparator: \.isNewline).joined(separator: "\n")
    }

    /// Sends a line whose end nobody waits for.
    func send(_ line: String) throws {
        try console.sendAll("\(line)\n".utf8)
    }

    func close() { try? console.close() }

    private func read(until mark: String, within limit: Duration) async throws -> String {
        let end = ContinuousClock.now + limit
        return try await BlockingCalls.run {
            var bytes: [UInt8] = []
            while true {
                let rest = ContinuousClock.now.duration(to: end)
                guard rest > .zero else { throw ShellSilent(mark: mark, last: String(decoding: bytes, as: UTF8.self)) }
                var source = pollfd(fd: console.rawValue, events: Int16(POLLIN), revents: 0)
                guard poll(&source, 1, 1000) > 0 else { continue }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = try buffer.withUnsafeMutableBytes { try console.read(into: $0) }
                guard count > 0 else { throw ShellSilent(mark: mark, last: String(decoding: bytes, as: UTF8.self)) }
                bytes += buffer[..<count]
                let text = String(decoding: bytes, as: UTF8.self)
                if let place = text.range(of: mark) { return String(text[..<place.lowerBound]) }
            }
        }
    }
}

extension String {
    fileprivate func range(of mark: String) -> Range<String.Index>? { firstRange(of: mark) }
}

/// The guest did not say what a test waited for.
struct ShellSilent: Error, CustomStringConvertible {
    let mark: String
    let last: String

    var description: String { "the guest never said \(mark); it said: \(last.suffix(400))" }
}
