import GuestAccess
import HostSupport
import PatienceForTests
import QAPI
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

@Suite(.tags(.qemu), .hangLimit(minutes: 20))
struct ForkTests {
    private static let patience = Patience.seconds(60)

    private func output(_ fork: Fork, _ line: String) async throws -> String {
        try await #require(fork.helper).collect(.shell(line), within: Self.patience).text
    }

    /// F27 and F34: time from the host, and a channel that answers as if it had never been cut.
    @Test(arguments: Board.qemus)
    func `a fork goes on from the template's instant, at the host's time`(qemu: FilePath?) async throws {
        let template = try await ForkFixture.template(qemu)
        // Twice as far off on a host that is half as fast; a template is off by its age, minutes at least.
        let allowed = 25_000_000 * Int64(Patience.factor)
        var skew = Int64.max
        // A busy host may take the processor from QEMU between letting the guest go on and noting when it did.
        for _ in 0..<3 where skew > allowed {
            skew = try await template.withFork { fork in
                let before = GuestFixUp.wallClock()
                let guest = try await #require(fork.helper).wallClock(within: Self.patience)
                let after = GuestFixUp.wallClock()
                let name = try await output(fork, "hostname")
                #expect(name == "forked\n")
                return max(before - guest, guest - after)
            }
        }
        #expect(skew <= allowed, "\(skew) ns")
    }

    /// F27: the host may be too busy to know when it stopped the guest, or let it go on.
    @Test func `a clock that was taken down wrong is found out and set right`() async throws {
        let template = try await ForkFixture.template()
        for error in [-3_000_000_000, 3_000_000_000] as [Int64] {
            var record = template.record
            record.frozenAt = try #require(record.frozenAt) + error
            try await Template(directory: template.directory, record: record).withFork { fork in
                let before = GuestFixUp.wallClock()
                let guest = try await #require(fork.helper).wallClock(within: Self.patience)
                #expect(guest > before - 1_000_000_000 && guest < GuestFixUp.wallClock() + 1_000_000_000)
            }
        }
    }

    /// F29: nothing that ought to be random is the same in two forks.
    @Test(arguments: Board.qemus)
    func `two forks never give the same random bytes, ids or temporary names`(qemu: FilePath?) async throws {
        let line = """
            head -c 32 /dev/urandom | base64; cat /proc/sys/kernel/random/uuid; mktemp -u
            python3 -c 'import uuid, secrets, tempfile, ssl; \
            print(uuid.uuid4(), secrets.token_hex(), tempfile.mktemp(), ssl.RAND_bytes(16).hex())'
            """
        let template = try await ForkFixture.template(qemu)
        var seen: Set<Substring> = []
        for _ in 0..<2 {
            let text = try await template.withFork { try await output($0, line) }
            let lines = text.split(separator: "\n")
            #expect(lines.count == 4)
            for word in lines.flatMap({ $0.split(separator: " ") }) { #expect(seen.insert(word).inserted, "\(word)") }
        }
    }

    /// F29: a kernel that has a driver for the device learns by it of the fork, whoever else tells it so.
    @Test(arguments: Board.qemus)
    func `each fork shows its kernel another generation of its machine`(qemu: FilePath?) async throws {
        let template = try await ForkFixture.template(qemu)
        var seen: Set<String> = []
        for _ in 0..<2 {
            try await template.withFork { fork in
                let device = try await output(fork, "ls -d /sys/bus/acpi/devices/QEMUVGID:00")
                #expect(device == "/sys/bus/acpi/devices/QEMUVGID:00\n")
                let generation = try await fork.machine.qmp.queryVMGenerationID().guid
                #expect(seen.insert(generation).inserted)
            }
        }
    }

    /// F30 and F33: identity on request.
    @Test func `a fork gets a machine-id, a host name and host keys of its own when asked`() async throws {
        var options = ForkOptions()
        options.fixUp.machineID = "0123456789abcdef0123456789abcdef"
        options.fixUp.hostname = "another"
        options.fixUp.hostKeys = ["ed25519": SSHKeyPair(privateKey: "private\n", publicKey: "ssh-ed25519 AAAA x")]
        try await ForkFixture.template().withFork(options: options) { fork in
            let identity = try await output(fork, "cat /etc/machine-id; hostname; cat /etc/hostname")
            #expect(identity == "0123456789abcdef0123456789abcdef\nanother\nanother\n")
            let key = try await output(fork, "cat /etc/ssh/ssh_host_ed25519_key.pub")
            #expect(key == "ssh-ed25519 AAAA x\n")
        }
    }

    @Test(arguments: Board.qemus)
    func `a fork can be restarted like any other machine`(qemu: FilePath?) async throws {
        try await ForkFixture.template(qemu).withFork { fork in
            try await fork.machine.reset()
            let state = try await fork.machine.runState()
            #expect(state.isRunning)
            #expect(fork.machine.exitCause == nil)
        }
    }

    @Test func `what one fork writes no other sees, in memory and on disk`() async throws {
        let template = try await ForkFixture.template()
        try await template.withFork { first in
            _ = try await output(first, "echo dirty > /root/dirty; sync; sysctl -qw kernel.domainname=dirty")
            try await template.withFork { second in
                let left = try await output(second, "ls /root/dirty 2>/dev/null; cat /proc/sys/kernel/domainname")
                #expect(left == "(none)\n")
            }
        }
        try await template.check()
    }

    @Test(arguments: Board.qemus)
    func `a fork that keeps its memory in a copy can be frozen and forked again`(qemu: FilePath?) async throws {
        let template = try await ForkFixture.template(qemu)
        let scratch = try TemplateStore().scratchDirectory()
        try await withCleanup {
            let second = try await template.withFork(options: ForkOptions(memory: .copied)) { fork in
                _ = try await output(fork, "echo once > /root/once")
                return try await fork.machine.freeze(
                    to: scratch,
                    name: "second",
                    ingredients: TemplateIngredients(),
                    helper: fork.helper,
                    keepsDigests: false,
                )
            }
            try await second.withFork { fork in
                let text = try await output(fork, "cat /root/once")
                #expect(text == "once\n")
            }
        } cleanup: {
            try? Directory.removeTree(scratch)
        }
    }

    @Test(arguments: Board.qemus)
    func `a pool hands out forks that go on, and ends those that nobody took`(qemu: FilePath?) async throws {
        let template = try await ForkFixture.template(qemu)
        try await ScratchHome.with { home in
            let pool = StandbyPool(of: template, size: 2, home: home)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run() }
                // What is put aside after its first moments for this long must not be found with a clock that stood.
                try await eventually { pool.readyCount == 2 }
                try await Task.sleep(for: .seconds(2))
                for _ in 0..<3 {
                    let fork = try await pool.take()
                    try await fork.resume()
                    let name = try await output(fork, "hostname")
                    #expect(name == "forked\n")
                    let before = GuestFixUp.wallClock()
                    let guest = try await #require(fork.helper).wallClock(within: Self.patience)
                    #expect(guest > before - 1_000_000_000 && guest < GuestFixUp.wallClock() + 1_000_000_000)
                    await fork.end()
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(Directory.names(in: home.cache.appending("scoped")).isEmpty)
        }
    }
}
