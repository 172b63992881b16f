import HostSupport
import HostTools
import SystemPackage
import Testing

@testable import GuestAccess

@Suite struct SSHEndpointTests {
    private func endpoint(port: UInt16, directory: FilePath) -> SSHEndpoint {
        SSHEndpoint(
            guest: "vm",
            port: port,
            user: "quiver",
            identity: directory.appending("id"),
            knownHosts: directory.appending("known hosts 100%"),
            hostKeyAlias: "vm",
        )
    }

    @Test func `checking is strict and nothing of the user's configuration is read`() {
        let options = endpoint(port: 2222, directory: "/x").options()
        #expect(options.contains("StrictHostKeyChecking=yes"))
        #expect(options.contains(#"UserKnownHostsFile="/x/known hosts 100%%""#))
        #expect(options.starts(with: ["-F", "/dev/null"]))
        #expect(!options.contains { $0.contains("StrictHostKeyChecking=no") })
    }

    @Test func `ssh reads from the printed configuration what Quiver's own ssh is given`() async throws {
        let directory = FilePath("/tmp/quiver ssh 100% \(UInt64.random(in: 0 ... .max))")
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let endpoint = endpoint(port: 2222, directory: directory)
        let file = directory.appending("ssh config")
        try WholeFile.write(endpoint.configuration(for: "vm-1.a").utf8, to: file)

        let printed = try await settings(["-F", file.string, "vm-1.a"])
        #expect(printed["hostname"] == "127.0.0.1" && printed["port"] == "2222" && printed["user"] == "quiver")
        // ssh shows this one before it takes %% for a percent sign.
        #expect(printed["identityfile"] == directory.appending("id").string.replacing("%", with: "%%"))
        #expect(printed["userknownhostsfile"] == directory.appending("known hosts 100%").string)
        #expect(printed["hostkeyalias"] == "vm")
        #expect(printed["stricthostkeychecking"] == "true" && printed["identitiesonly"] == "yes")
        #expect(try await printed == settings(endpoint.options() + ["127.0.0.1"]))
    }

    /// What `ssh -G` says that it would do, apart from the name that it was given.
    private func settings(_ arguments: [String]) async throws -> [String: String] {
        let outcome = try await ToolRun.run("ssh", ["-G"] + arguments)
        try #require(outcome.isSuccess, "\(outcome)")
        var settings: [String: String] = [:]
        for line in outcome.output.split(separator: "\n") {
            let keyword = line.prefix { $0 != " " }
            settings[String(keyword)] = String(line.dropFirst(keyword.count + 1))
        }
        settings["host"] = nil
        return settings
    }

    @Test(arguments: [
        ("", nil),
        ("ssh: connect to host 127.0.0.1 port 2: Connection refused\r\n", SSHDiagnosis.Kind.unreachable),
        ("kex_exchange_identification: read: Connection reset by peer\nConnection reset by 127.0.0.1", .unreachable),
        ("Connection timed out during banner exchange", .unreachable),
        ("vm@127.0.0.1: Permission denied (publickey).", .permissionDenied),
        (
            "No ED25519 host key is known for vm and you have requested strict checking.\nHost key verification failed.",
            .hostKeyMismatch
        ),
        ("client_loop: send disconnect: Broken pipe", .connectionLost),
        ("Connection to 127.0.0.1 closed by remote host.", .connectionLost),
        ("Timeout, server 127.0.0.1 not responding.", .connectionLost),
        ("something new", .connectionLost),
    ])
    func `ssh's messages tell why it ended with 255`(messages: String, expected: SSHDiagnosis.Kind?) {
        #expect(SSHDiagnosis(messages: messages)?.kind == expected)
    }

    @Test func `nothing listening is unreachable, not a status`() async throws {
        let error = await #expect(throws: GuestAccessError.self) {
            try await endpoint(port: 1, directory: "/nonexistent").run("true")
        }
        #expect(error?.code == .unreachable)
    }

    @Test func `waiting for ssh gives up at the deadline and says what for`() async throws {
        let error = await #expect(throws: GuestAccessError.self) {
            try await endpoint(port: 1, directory: "/nonexistent")
                .waitUntilReachable(within: .milliseconds(100), isProvisioned: false)
        }
        #expect(error?.code == .timedOut)
        #expect(error?.description.contains("waiting for ssh") == true)
    }

    @Test func `a key pair is made once and then read`() async throws {
        let directory = FilePath("/tmp/quiver-keys-\(UInt64.random(in: 0 ... .max))")
        defer { try? Directory.removeTree(directory) }
        async let first = SSHKeyPair.obtain(in: directory, named: "id", comment: "test")
        async let second = SSHKeyPair.obtain(in: directory, named: "id", comment: "test")
        let pairs = try await [first, second, SSHKeyPair.obtain(in: directory, named: "id", comment: "other")]
        #expect(Set(pairs).count == 1)
        #expect(pairs[0].publicKey.hasPrefix("ssh-ed25519 ") && pairs[0].publicKey.hasSuffix(" test"))
        #expect(pairs[0].privateKey.contains("OPENSSH PRIVATE KEY"))
        #expect(pairs[0].knownHostsLine(alias: "vm").split(separator: " ").count == 3)
        #expect(Directory.names(in: directory).filter { $0 != ".keys.lock" } == ["id", "id.pub"])
    }
}
