import GuestAccess
import HostSupport
import PatienceForTests
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// A guest with Quiver's helper that is put back to an earlier state.
@Suite(.tags(.qemu), .hangLimit(minutes: 10))
struct RestoreTests {
    private static let patience = Patience.seconds(60)

    /// F27 and F29: the host's time, and nothing random twice.
    @Test(arguments: Board.qemus)
    func `a restore proves itself, sets the clock and lets nothing random come twice`(qemu: FilePath?) async throws {
        try await ForkFixture.template(qemu).withFork { fork in
            let machine = fork.machine
            try await machine.saveSnapshot("base")
            let savedAt = GuestFixUp.wallClock()

            // The fork's own connection is in the way: the machine is restored and nobody can put it right.
            let blind = try await machine.restore("base", within: Self.patience)
            #expect(blind.obstacle == .channelTaken && blind.fixingUp == nil && blind.isVerified == nil)
            fork.helper?.close()

            var skew = Int64.max
            var isVerified = false
            var seen: Set<Substring> = []
            for _ in 0..<3 {
                let done = try await machine.restore("base", within: Self.patience)
                #expect(done.isVerified != false && done.fixingUp != nil && done.obstacle == nil, "\(done)")
                // A busy host may keep the guest from answering in time before the restore.
                isVerified = isVerified || done.isVerified == true
                let helper = try machine.helper()
                defer { helper.close() }
                let before = GuestFixUp.wallClock()
                let guest = try await helper.wallClock(within: Self.patience)
                let after = GuestFixUp.wallClock()
                // A busy host may keep the guest from running when the time is on its way to it: once is enough.
                skew = min(skew, max(before - guest, guest - after))
                #expect(after - savedAt > 4_000_000_000, "too young a snapshot to tell its clock from the host's")
                let words = try await helper.collect(.shell(Self.random), within: Self.patience).text
                    .split(whereSeparator: \.isWhitespace)
                #expect(words.count == 4)
                for word in words { #expect(seen.insert(word).inserted, "\(word)") }
            }
            #expect(isVerified)
            #expect(skew <= 500_000_000 * Int64(Patience.factor), "\(skew) ns")
        }
    }

    private static let random = """
        head -c 32 /dev/urandom | base64; cat /proc/sys/kernel/random/uuid
        python3 -c 'import uuid, secrets; print(uuid.uuid4(), secrets.token_hex())'
        """

    @Test func `a guest that is in use is restored over its own connection, and used on`() async throws {
        try await ForkFixture.template().withFork { fork in
            fork.helper?.close()
            let machine = fork.machine
            try await machine.withGuest(ready: .helper, within: Self.patience) { guest in
                try await guest.run("touch", "/run/before", within: Self.patience)
                try await machine.saveSnapshot("used")
                try await guest.run("rm", "/run/before", within: Self.patience)
                let done = try await machine.restore("used", within: Self.patience)
                #expect(done.isVerified == true && done.obstacle == nil && done.fixingUp != nil, "\(done)")
                #expect(try await guest.output("ls", "/run/before", within: Self.patience) == "/run/before")
                let error = await #expect(throws: GuestAccessError.self) {
                    try await guest.run("false", within: Self.patience)
                }
                #expect(
                    error?.code == .commandFailed && error?.message.contains("`false`") == true,
                    "\(String(describing: error))"
                )
            }
        }
    }

    @Test func `a guest without a helper is restored, and says why its clock was left alone`() async throws {
        try await ForkFixture.template().withFork { fork in
            let helper = try #require(fork.helper)
            // From then on nobody listens, as in an image without the helper; nor does anybody tell that it is so.
            _ = try helper.begin(.shell("kill -STOP $PPID; echo 'nobody listens' >/dev/ttyS0"), onOutput: { _, _ in })
            try await eventually {
                try WholeFile.readText(fork.machine.directory.consoleLog).contains("nobody listens")
            }
            helper.close()
            try await fork.machine.saveSnapshot("silent")
            let done = try await fork.machine.restore("silent", within: Self.patience)
            #expect(done.obstacle == .silent && done.isVerified == nil, "\(done)")
        }
    }
}
