import Machines
import PatienceForTests
import SystemPackage
import Testing
import WireJSON

@testable import TestRuns

/// What a guest sends without end costs no more of the host than its limits.
@Suite struct FloodTests {
    @Test func `a port that nobody reads from is given up when too many messages wait`() async throws {
        try await Self.withChannel { channel, guest in
            let line = Array(#"{"event":"ran"}"#.utf8) + [UInt8(ascii: "\n")]
            for _ in 0..<101 { try guest.writeAll(Array(repeatElement(line, count: 100).joined())) }
            try await Self.wait { channel.isFlooded }
            var count = 0
            while await channel.next() != nil { count += 1 }
            #expect(count == 10_000)
        }
    }

    @Test func `a port that is read from takes any number of messages`() async throws {
        try await Self.withChannel { channel, guest in
            for number in 0..<20_000 {
                try guest.writeAll(Array("{\"item\":\(number)}\n".utf8))
                let message = try #require(await channel.next())
                #expect(message["item"]?.intValue == number)
            }
            #expect(!channel.isFlooded && channel.hasSpoken)
        }
    }

    @Test func `output is kept up to a limit, and how much is missing is told`() {
        let collector = TextCollector(limit: 10)
        collector.append(Array("12345678".utf8))
        collector.append(Array("90abcdef".utf8))
        #expect(collector.take() == "1234567890\n... and 6 bytes more\n")
        collector.append(Array("next".utf8))
        #expect(collector.take() == "next")
    }

    private static func withChannel(
        _ body: (_ channel: PluginChannel, _ guest: FileDescriptor) async throws -> Void
    ) async throws {
        let (host, guest) = try ListeningSocket.pair()
        let channel = PluginChannel(adopting: host)
        defer {
            channel.close()
            try? guest.close()
        }
        try await body(channel, guest)
    }

    private static func wait(until condition: () -> Bool) async throws {
        let end = ContinuousClock.now + Patience.seconds(30)
        while !condition() {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
