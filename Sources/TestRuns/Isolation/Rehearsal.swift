import Forks
import GuestAccess
import HostSupport
import LibC
import Machines
import SystemPackage
import WireJSON

/// Makes the frozen pytest of a standby go through a trial report, before the standby is paused.
struct Rehearsal: Sendable {
    let fork: Fork
    /// Whether pytest runs as root, so that it will reseed the random pool itself.
    let isRoot: Bool

    private static let patience: Int32 = 30_000

    /// Does nothing for a fork without a connection to pytest.
    ///
    /// - Throws: `Errno` if pytest does not answer; the fork is then useless.
    func run() async throws {
        guard let connection = fork.connection(to: .pytest) else { return }
        var request: JSONObject = ["do": "rehearse"]
        if isRoot { request["fix_up"] = .object(GuestFixUp(clock: .leaveAlone).request) }
        var bytes: [UInt8] = []
        try JSON.object(request).write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        let line = bytes
        try await BlockingCalls.run {
            try connection.sendAll(line)
            try waitForLine(on: connection)
        }
    }

    /// Reads one line, byte by byte: what follows it belongs to the next owner of the connection.
    private func waitForLine(on connection: FileDescriptor) throws {
        var byte: [UInt8] = [0]
        while byte != [UInt8(ascii: "\n")] {
            var source = pollfd(fd: connection.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&source, 1, Self.patience) > 0 else { throw Errno.timedOut }
            guard try byte.withUnsafeMutableBytes({ try connection.read(into: $0) }) == 1 else {
                throw Errno.connectionReset
            }
        }
    }
}
