import Forks
import GuestAccess
import GuestsForTests
import Machines
import PatienceForTests
import QEMUForTests
import QGA
import QMPCore
import Quantities
import Synchronization
import SystemPackage
import Testing

@Suite(.tags(.qemu), .hangLimit(minutes: 10)) struct RealGuestAgentTests {
    /// Runs the body with the agent of a forked guest, which was stopped before the freeze.
    private func withAgent(_ body: (GuestAgent) async throws -> Void) async throws {
        try await DebianGuest.template().withFork { fork in
            let start = GuestCommand.shell("systemctl start qemu-guest-agent.service")
            let started = try await #require(fork.helper).collect(start, within: Patience.seconds(60))
            try #require(started.isSuccess, "\(started.lastWords)")
            let socket = try #require(fork.machine.socket(of: .guestAgent))
            let agent = try GuestAgent.connect(to: socket, guest: "agent")
            defer { agent.close() }
            try await agent.waitUntilReachable(within: Patience.seconds(300))
            try await body(agent)
        }
    }

    @Test func `every query of a Debian guest's agent decodes`() async throws {
        try await withAgent { agent in
            var answered: [String] = []
            for (name, send) in qgaQueries {
                do {
                    _ = try await send(agent)
                    answered.append(name)
                } catch let error as QMPError where error.code == .commandFailed {
                    // The agent has no users, no disks it can tell of, and so on: that is its answer.
                } catch {
                    Issue.record("\(name): \(error)")
                }
            }
            #expect(
                Set(answered).isSuperset(of: [
                    "guest-info", "guest-get-osinfo", "guest-get-host-name", "guest-get-fsinfo",
                ])
            )
            let interfaces = try await agent.guestNetworkGetInterfaces()
            #expect(interfaces.contains { $0.name == "lo" })
            #expect(try await agent.guestGetOsinfo().id == "debian")
        }
    }

    @Test func `programs run, with input, output as it comes, status and deadline`() async throws {
        try await withAgent { agent in
            let pieces = Mutex<[String]>([])
            let script = "echo first; sleep 1; echo second; echo wrong >&2; cat; exit 7"
            let status = try await agent.run(
                "sh",
                ["-c", script],
                input: Array("from the host".utf8),
                deadline: Patience.seconds(60),
            ) { stream, bytes in
                pieces.withLock { $0.append("\(stream) \(String(decoding: bytes, as: UTF8.self))") }
            }
            #expect(status == 7)
            let seen = pieces.withLock { $0 }
            // Output came while the program ran: in more pieces than the two streams have.
            #expect(seen.count > 2, "\(seen)")
            #expect(seen.joined().contains("first") && seen.joined().contains("from the host"))

            let killed = try await agent.collect("sh", ["-c", "kill -9 $$"], deadline: Patience.seconds(60))
            #expect(killed.status == 137)
            let error = await #expect(throws: QMPError.self) {
                try await agent.run("sleep", ["1000"], deadline: .seconds(1)) { _, _ in }
            }
            #expect(error?.code == .timedOut)
            let left = try await agent.collect(
                "sh",
                ["-c", "pgrep -x sleep; ls -d /tmp/tmp.*/pid"],
                deadline: Patience.seconds(60)
            )
            #expect(left.output.count < 64, "left behind: \(left.text)")
        }
    }

    @Test func `files are written and read`() async throws {
        try await withAgent { agent in
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            try await agent.writeFile("/root/three megabytes", bytes)
            #expect(try await agent.readFile("/root/three megabytes") == bytes)
            await #expect(throws: QMPError.self) {
                try await agent.readFile("/root/three megabytes", limit: .mebibytes(1))
            }
            await #expect(throws: QMPError.self) { try await agent.readFile("/no/such/file") }
        }
    }

    @Test func `file systems are frozen for a while and thawed`() async throws {
        try await withAgent { agent in
            struct Failure: Error {}
            var frozen: GuestFsfreezeStatus?
            var count: Int64 = 0
            var refusal: QMPError?
            do {
                try await agent.withFrozenFileSystems { number in
                    count = number
                    frozen = try await agent.guestFsfreezeStatus()
                    do throws(QMPError) { _ = try await agent.guestFileOpen(path: "/root/frozen", mode: "w") } catch {
                        refusal = error
                    }
                    throw Failure()
                }
            } catch is Failure {}
            #expect(count > 0)
            #expect(frozen == .frozen)
            // The agent refuses what would write, and says so.
            #expect(refusal?.code == .commandFailed)
            #expect(try await agent.guestFsfreezeStatus() == .thawed)
        }
    }

    @Test func `the clock is set`() async throws {
        try await withAgent { agent in
            try await agent.guestSetTime(time: 1_000_000_000_000_000_000)
            let longAgo = try await agent.guestGetTime()
            #expect(longAgo < 1_100_000_000_000_000_000)
            try await agent.setTimeFromHost()
            #expect(try await agent.guestGetTime() > 1_700_000_000_000_000_000)
        }
    }
}
