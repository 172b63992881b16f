import GuestAccess
import HostTools
import Machines
import PatienceForTests
import ServersForTests
import Testing

@testable import Forks

/// What a guest reaches over its network card, and who reaches the guest.
@Suite(.tags(.qemu), .hangLimit(minutes: 10))
struct NetworkInGuestTests {
    private static let patience = Patience.seconds(60)

    private func output(_ fork: Fork, _ line: String) async throws -> String {
        try await #require(fork.helper).collect(.shell(line), within: Self.patience).text
    }

    @Test func `a guest of QEMU's user-mode network reaches the host, an isolated one only answers`() async throws {
        let server = try TextServer("reached\n")
        let fetch = """
            python3 -c 'import urllib.request as r; print(r.urlopen("\(server.urlForGuests)", timeout=20).read().decode())' \
            2>&1 | tail -2
            """
        try await ForkFixture.template().withFork { fork in
            let reached = try await output(fork, fetch)
            #expect(reached.hasPrefix("reached\n"))

            let isolated = UserNetwork(id: "net1", forwards: [.ssh], isIsolated: true)
            let forwards = try await fork.machine.plug(isolated)
            let switched = try await output(fork, Self.switchToNewCard)
            #expect(switched.contains("10.0.2.15/24"), "\(switched)")
            let kept = try await output(fork, fetch)
            #expect(!kept.contains("reached") && kept.contains("rror"), "\(kept)")
            // QEMU itself accepts the connection: only a key proves that the guest's sshd has answered.
            let port = try #require(forwards.first).hostPort
            let arguments = ["-T", "\(30 * Patience.factor)", "-p", "\(port)", "127.0.0.1"]
            var keys = try await ToolRun.run("ssh-keyscan", arguments)
            for _ in 0..<5 where keys.output.isEmpty { keys = try await ToolRun.run("ssh-keyscan", arguments) }
            #expect(keys.output.contains("ssh-ed25519"), "\(keys)")
        }
        withExtendedLifetime(server) {}
    }

    /// Takes the first card's address away and gives it to the one that was plugged in.
    private static let switchToNewCard = """
        old=$(ip -o route show default | sed 's/.* dev \\([^ ]*\\).*/\\1/')
        ip address flush dev $old; ip link set $old down
        for try in $(seq 100); do
            new=$(ls /sys/class/net | grep -vx -e lo -e $old)
            [ "$new" ] && break; sleep 0.2
        done
        ip address add 10.0.2.15/24 dev $new; ip link set $new up; ip route add default via 10.0.2.2
        ip -o -4 address show dev $new
        """
}
