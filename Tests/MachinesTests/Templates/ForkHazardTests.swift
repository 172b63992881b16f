import GuestAccess
import HostSupport
import SystemPackage
import Testing

@testable import Machines

/// What goes wrong in a guest that wakes up later and elsewhere than it fell asleep, each provoked on a real fork.
@Suite(.tags(.qemu), .timeLimit(.minutes(20)))
struct ForkHazardTests {
    private static let patience = Duration.seconds(60)

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
            #expect(before >= frozenAt && before < frozenAt + 120_000_000_000)
            let complaints = try await output(
                fork,
                "dmesg | grep -E 'rcu.* stall|soft lockup|hung task|clocksource.*unstable' || true"
            )
            #expect(complaints.isEmpty)
            let fired = try await output(
                fork,
                "journalctl -q --since=@$(( $(date +%s) - 5 )) -o cat -u '*.timer' | grep -c . || true"
            )
            #expect(fired == "0\n")
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

    /// F32: the card takes another address than the one in the template's state.
    ///
    /// Where the guest's network configuration names the old address, its network is not managed any more afterwards.
    @Test func `a fork gets a hardware address of its own when asked`() async throws {
        let template = try await ForkFixture.template()
        let name = try await template.withFork { fork in
            try await output(fork, "cd /sys/class/net && ls -d e*").split(separator: "\n").first.map(String.init) ?? ""
        }
        var options = ForkOptions()
        options.fixUp.hardwareAddresses = [name: "52:54:00:ab:cd:ef"]
        try await template.withFork(options: options) { fork in
            let address = try await output(fork, "cat /sys/class/net/\(name)/address")
            #expect(address == "52:54:00:ab:cd:ef\n")
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
}
