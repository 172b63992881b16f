import HostSupport
import PatienceForTests
import QMPClient
import QMPCore
import SystemPackage
import Testing
import WireJSON

@Suite(.tags(.qemu), .hangLimit(minutes: 2)) struct RealQEMUTests {
    @Test(arguments: RealQEMU.all)
    func `a command by name returns QEMU's reply`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let status = try await qmp.execute("query-status")
                #expect(status["running"] == true)
                #expect(
                    qmp.greeting?.version ?? .init(major: 0, minor: 0, micro: 0) > .init(major: 7, minor: 0, micro: 0)
                )
                #expect(qmp.canExecuteOutOfBand)
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `an error bears QEMU's own class and text`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let error = await #expect(throws: QMPError.self) { try await qmp.execute("no-such-command") }
                #expect(error?.code == .commandFailed)
                #expect(error?.errorClass == "CommandNotFound")
                #expect(error?.command == "no-such-command")
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `the events of a command come to whoever subscribed before it`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let (_, events) = try await qmp.execute("stop", following: .named("STOP", "RESUME"))
                _ = try await qmp.execute("cont")
                var iterator = events.makeAsyncIterator()
                for name in ["STOP", "RESUME"] {
                    let item = try await iterator.next()
                    #expect(item?.event?.name == name)
                }
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a monitor that another client holds greets when that one has left`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            let first = try await QMPConnection.connect(to: .unix(sockets[0]))
            var options = QMPOptions()
            options.connectDeadline = .milliseconds(300)
            let error = await #expect(throws: QMPError.self) {
                try await QMPConnection.connect(to: .unix(sockets[0]), options: options)
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.message.contains("another client") == true)
            #expect(error?.cause is DeadlineExceeded)
            options.connectDeadline = Patience.seconds(60)
            // It waits for its turn, and has it.
            async let second = QMPConnection.connect(to: .unix(sockets[0]), options: options)
            _ = try await first.execute("query-status")
            await first.close()
            let status = try await second.execute("query-status")
            #expect(status["running"] == true)
            await (try second).close()
        }
    }

    @Test(arguments: RealQEMU.all)
    func `the byte FF has QEMU start over`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            let socket = try await Self.connect(to: sockets[0])
            let answers = try await BlockingCalls.run {
                try socket.closeAfter {
                    let command = Array(#"{"execute": "qmp_capabilities", "id": 7}"#.utf8)
                    try socket.sendAll(Array(#"{"execute": ["never finished"#.utf8) + [0xFF] + command)
                    var framer = JSONFramer()
                    var answers: [JSON] = []
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    while answers.last?["id"] != 7 {
                        let count = try buffer.withUnsafeMutableBytes { try socket.read(into: $0) }
                        try #require(count > 0, "QEMU closed after \(answers)")
                        framer.append(buffer[..<count])
                        while case .value(let text)? = framer.next() { answers.append(try JSON.parse(text)) }
                    }
                    return answers
                }
            }
            // What had begun is an error without an id, and what follows is whole again.
            #expect(answers.last?["return"] == [:])
            #expect(answers.contains { $0["error"] != nil && $0["id"] == nil })
        }
    }

    @Test(arguments: RealQEMU.all)
    func `quit succeeds and ends the events without an error`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            let qmp = try await QMPConnection.connect(to: .unix(sockets[0]))
            let events = qmp.events(.named("SHUTDOWN"))
            _ = try await qmp.execute("quit")
            var names: [String] = []
            for try await item in events { names.append(item.event?.name ?? "") }
            #expect(names == ["SHUTDOWN"])
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("query-status") }
            #expect(error?.code == .connectionClosed)
            await qmp.close()
        }
    }

    /// QEMU makes the socket's file a moment before it listens.
    private static func connect(to socket: FilePath) async throws -> FileDescriptor {
        try await withDeadline(Patience.seconds(60), waitingFor: "QEMU to listen") {
            while true {
                if let connected = try? UnixSocket.connectOnce(socket).get() { return connected }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
