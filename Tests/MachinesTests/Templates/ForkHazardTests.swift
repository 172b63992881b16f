import GuestAccess
import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// What goes wrong in a guest that wakes up later and elsewhere than it fell asleep, each provoked on a real fork.
@Suite(.tags(.qemu), .hangLimit(minutes: 20))
struct ForkHazardTests {
    private static let patience = Patience.seconds(60)

    private func output(_ fork: Fork, _ line: String, input: String = "") async throws -> String {
        var command = GuestCommand.shell(line)
        command.input = Array(input.utf8)
        let outcome = try await #require(fork.helper).collect(command, within: Self.patience)
        #expect(outcome.isSuccess, "\(line): \(outcome.lastWords)")
        return outcome.text
    }

    /// F27: with the template's clock the certificate would not be valid yet.
    @Test func `a connection with a certificate made a moment ago is trusted`() async throws {
        let made = try await ToolRun.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=fresh.test", "-addext", "subjectAltName=DNS:fresh.test", "-keyout", "-", "-out", "-",
            ]
        )
        try #require(made.isSuccess, "\(made.errors)")
        let handshake = """
            import socket, ssl, threading
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain("/run/fresh.pem")
            client = ssl.create_default_context(cafile="/run/fresh.pem")
            one, other = socket.socketpair()
            threading.Thread(target=lambda: server.wrap_socket(one, server_side=True).send(b"trusted")).start()
            print(client.wrap_socket(other, server_hostname="fresh.test").recv(10).decode())
            """
        try await ForkFixture.template().withFork { fork in
            let line = "cat > /run/fresh.pem && python3 -c '\(handshake)'"
            let answer = try await output(fork, line, input: made.output)
            #expect(answer == "trusted\n")
        }
    }

    /// F28: the guest's own time goes on where it stood, so that nothing falls due at once.
    @Test func `a fork's monotonic time goes on where it stood, and its kernel finds nothing late`() async throws {
        let template = try await ForkFixture.template()
        let frozenAt = try #require(template.record.frozenAt)
        try await template.withFork { fork in
            let before = try await #require(fork.helper).monotonicClock(within: Self.patience)
            // Minutes at most, on however busy a host, while the template may be days old.
            #expect(before >= frozenAt && before < frozenAt + 60_000_000_000 * Int64(Patience.factor))
            let complaints = try await output(
                fork,
                "dmesg | grep -E 'rcu.* stall|soft lockup|hung task|clocksource.*unstable' || true"
            )
            // What the kernel said before the freeze, or of a host that was too busy to let it read a clock, is no fault
            // of the fork.
            let late = complaints.split(separator: "\n").filter { line in
                let time = line.drop { $0 == "[" || $0 == " " }.prefix { $0 != "]" }
                let isLater = Double(time).map { $0 * 1e9 >= Double(frozenAt) } ?? true
                return isLater && !line.contains("read-back delay")
            }
            #expect(late.isEmpty, "\(late)")
        }
    }

    /// F28: the wall clock jumps from the freeze to the present, and all timers that were due in between are due now.
    @Test func `no timer elapses in a fork whose template is two days old`() async throws {
        let template = try await ForkFixture.template()
        let frozenAt = try #require(template.record.frozenAt)
        var options = ForkOptions()
        let later = GuestFixUp.wallClock() + 2 * 86_400_000_000_000
        options.fixUp.clock = .resumed(wallClock: later, frozenAt: frozenAt)
        try await template.withFork(options: options) { fork in
            // A timer that is due every second proves that one that elapses is seen.
            let line = """
                systemd-run -q --on-calendar='*-*-* *:*:*' --timer-property=AccuracySec=100ms --unit=witness true
                python3 -c '
                import json, subprocess, time
                for _ in range(100):
                    listed = subprocess.check_output(["systemctl", "list-timers", "--all", "-o", "json"])
                    fired = [timer["unit"] for timer in json.loads(listed) if timer["last"] >= \(later / 1_000_000_000)e6]
                    if "witness.timer" in fired:
                        break
                    time.sleep(0.1)
                print(*fired)'
                """
            let fired = try await output(fork, line)
            #expect(fired == "witness.timer\n")
            let date = try await #require(fork.helper).wallClock(within: Self.patience)
            #expect(date >= later)
        }
    }

    /// F30: a lease goes to whom the identifier says, and that is made of the machine-id.
    @Test func `a fork with a machine-id of its own asks for its lease under a name of its own`() async throws {
        let template = try await ForkFixture.template()
        let line = "grep -h CLIENTID /run/systemd/netif/leases/*; cat /proc/sys/kernel/random/boot_id"
        let before = try await template.withFork { try await output($0, line) }.split(separator: "\n")
        var options = ForkOptions()
        options.fixUp.machineID = "0123456789abcdef0123456789abcdef"
        options.fixUp.renewsLease = true
        try await template.withFork(options: options) { fork in
            let after = try await output(fork, line).split(separator: "\n")
            try #require(before.count == 2 && after.count == 2)
            #expect(before[0] != after[0])
            // The boot is the same one: who waits for a guest's restart must not take a fork for it.
            #expect(before[1] == after[1])
            try await fork.ssh().waitUntilReachable(within: Self.patience, isProvisioned: true)
        }
    }

    /// F31: the address is the fork's to keep, and its network's to give again.
    @Test func `a fork is reached over its network, with its lease as it was and with a new one`() async throws {
        let template = try await ForkFixture.template()
        for renewsLease in [false, true] {
            var options = ForkOptions()
            options.fixUp.renewsLease = renewsLease
            try await template.withFork(options: options) { fork in
                let ssh = try fork.ssh()
                try await ssh.waitUntilReachable(within: Self.patience, isProvisioned: true)
                let address = try await ssh.collect("ip -4 -o addr show scope global")
                #expect(address.text.contains("10.0.2.15/24"), "\(address.text)\(address.errors)")
            }
        }
    }

    /// F32: the card takes another address than the one in the template's state, and than the one by which the guest's
    /// network configuration knows it.
    @Test func `a fork with a hardware address of its own has its network, outwards and inwards`() async throws {
        let template = try await ForkFixture.template()
        let name = try await template.withFork { fork in
            try await output(fork, "cd /sys/class/net && ls -d e*").split(separator: "\n").first.map(String.init) ?? ""
        }
        var options = ForkOptions()
        options.fixUp.hardwareAddresses = [name: "52:54:00:ab:cd:ef"]
        try await template.withFork(options: options) { fork in
            try await fork.ssh().waitUntilReachable(within: Self.patience, isProvisioned: true)
            let line = """
                cat /sys/class/net/\(name)/address
                networkctl list \(name) --no-legend | grep -o configur
                ip route get 10.0.2.2 | grep -o 'dev \(name)'
                """
            let seen = try await output(fork, line)
            #expect(seen == "52:54:00:ab:cd:ef\nconfigur\ndev \(name)\n")
        }
    }

    /// F33: a fork that was not asked to change its host key shows the one that is known.
    @Test func `two forks show the host key of their template`() async throws {
        let template = try await ForkFixture.template()
        for _ in 0..<2 {
            try await template.withFork { fork in
                try await fork.ssh().waitUntilReachable(within: Self.patience, isProvisioned: true)
            }
        }
    }

    /// F34: who was cut off in the middle of a message leaves its beginning in the channel.
    @Test(arguments: ["{\"id\": 1, \"do\": \"ru", "!7 token 17", "! \u{1}"])
    func `half a message of an earlier client neither ends the helper nor hides the next one`(rest: String) async throws
    {
        try await ForkFixture.template().withFork { fork in
            let old = try #require(fork.helper)
            let helperID = try await output(fork, "systemctl show --property=MainPID --value quiver-helper")
            old.close()
            let socket = try #require(fork.machine.socket(of: .helper))
            let connection = try UnixSocket.connect(to: socket)
            try connection.sendAll(rest.utf8)
            // Takes up the same connection, as QEMU shows the guest when one client follows another at once.
            let helper = GuestHelper(adopting: connection, guest: "forked")
            defer { helper.close() }
            _ = try await helper.hello(within: Self.patience)
            let line = GuestCommand.shell("systemctl show --property=MainPID --value quiver-helper")
            let now = try await helper.collect(line, within: Self.patience)
            #expect(now.text == helperID)
        }
    }

    /// F34: what was said to the template's channel after the freeze is nobody's answer.
    @Test func `a fork answers the question of its own client alone`() async throws {
        let template = try await ForkFixture.template()
        try await template.withFork { fork in
            let helper = try #require(fork.helper)
            // Many at once, of which some are given up: each answer finds who asked.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let echo = GuestCommand.shell("sleep 0.\(number); echo \(number)")
                        let answer = try await helper.collect(echo, within: Self.patience).text
                        #expect(answer == "\(number)\n")
                    }
                }
                let given = Task { try await helper.ping(within: Self.patience) }
                given.cancel()
                _ = try? await given.value
                try await group.waitForAll()
            }
        }
    }
}
