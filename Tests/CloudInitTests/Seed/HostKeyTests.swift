import CloudInit
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

@Suite struct HostKeyTests {
    /// Makes a key pair by ssh-keygen's options and returns the private key's file.
    private static func keyFile(_ options: [String], in directory: FilePath) async throws -> FilePath {
        let file = directory.appending("key")
        let outcome = try await ToolRun.run("ssh-keygen", ["-q", "-N", "", "-C", "web", "-f", file.string] + options)
        try #require(outcome.isSuccess, "\(outcome)")
        return file
    }

    private static func key(_ options: [String] = ["-t", "ed25519"]) async throws -> HostKey {
        try await withScratchDirectory { directory in
            let file = try await keyFile(options, in: directory)
            return try HostKey(privateKey: try WholeFile.readText(file), named: "key")
        }
    }

    @Test(arguments: [
        (["-t", "ed25519"], "ed25519"), (["-t", "rsa", "-b", "2048"], "rsa"), (["-t", "ecdsa", "-b", "256"], "ecdsa"),
        (["-t", "ecdsa", "-b", "521"], "ecdsa"),
    ])
    func `a key of any kind is read with its public part`(options: [String], kind: String) async throws {
        try await withScratchDirectory { directory in
            let file = try await Self.keyFile(options, in: directory)
            let key = try HostKey(privateKey: try WholeFile.readText(file), named: "key")
            #expect(key.kind == kind)
            let published = try WholeFile.readText(FilePath("\(file).pub"))
            #expect("\(key.publicKey) web\n" == published)
        }
    }

    /// What ssh-keygen is told, what is done to the file's text, and the end of the error.
    static let unusable: [(options: [String], change: @Sendable (String) -> String, answer: String)] = [
        (
            ["-t", "ed25519", "-N", "secret"], { $0 },
            "is protected by a passphrase, which sshd cannot ask for; remove it with: ssh-keygen -p -N '' -f key"
        ),
        (
            ["-t", "rsa", "-m", "PEM"], { $0 },
            "is a private key in another format than OpenSSH's; convert it with: ssh-keygen -p -N '' -f key"
        ),
        (
            ["-t", "ed25519"], { _ in "ssh-ed25519 AAAAC3 web\n" },
            "is not a private key; create one with: ssh-keygen -t ed25519 -N '' -f FILE"
        ),
        (
            ["-t", "ed25519"], { $0.replacing("b3BlbnNzaC1rZXktdjE", with: "b3BlbnNzaC1rZXktdjI") },
            "is damaged; create another with: ssh-keygen -t ed25519 -N '' -f FILE"
        ),
    ]

    @Test(arguments: unusable.indices)
    func `a key that no sshd could use is refused with a hint`(index: Int) async throws {
        let (options, change, answer) = Self.unusable[index]
        try await withScratchDirectory { directory in
            let text = try WholeFile.readText(try await Self.keyFile(options, in: directory))
            let error = #expect(throws: CloudInitError.self) {
                try HostKey(privateKey: change(text), named: "key")
            }
            #expect(error?.code == .badSeed)
            #expect(error?.message == "key: \(answer)")
        }
    }

    @Test func `a key cut or changed anywhere is read or refused, and never crashes`() async throws {
        let text = try await Self.key().privateKey
        var bytes = Array(text.utf8)
        for place in bytes.indices {
            let old = bytes[place]
            bytes[place] = UInt8(ascii: "/")
            _ = try? HostKey(privateKey: String(decoding: bytes, as: UTF8.self), named: "key")
            bytes[place] = old
            let cut = String(decoding: bytes[..<place], as: UTF8.self) + "\n-----END OPENSSH PRIVATE KEY-----\n"
            _ = try? HostKey(privateKey: cut, named: "key")
        }
    }

    @Test func `host keys go to the vendor-data, and the user-data stays as it is`() async throws {
        let keys = [try await Self.key(), try await Self.key(["-t", "rsa"])]
        let userData = "#cloud-config\n# mine\npackages: [git]\n"
        let seed = try Seed.composed(userData: userData, hostKeys: keys)
        #expect(seed.userData == userData)
        let written: [String: String] = try await Python.yaml("ssh_keys", of: seed.vendorData ?? "")
        #expect(
            written == [
                "ed25519_private": keys[0].privateKey, "ed25519_public": keys[0].publicKey,
                "rsa_private": keys[1].privateKey, "rsa_public": keys[1].publicKey,
            ]
        )
        #expect(SeedCheck.findings(of: seed) == [])
        #expect(seed.instanceID != (try Seed.composed(userData: userData, hostKeys: [keys[0]])).instanceID)
    }

    /// Forms of a vendor-data, and the parts that cloud-init must find in it.
    static let vendorData: [(text: String, parts: [[String]])] = [
        ("#cloud-config\npackages: [git]\n", [["text/plain", "#cloud-config\npackages: [git]\n"]]),
        ("#!/bin/sh\necho --quiver-vendor-data\n", [["text/plain", "#!/bin/sh\necho --quiver-vendor-data\n"]]),
        (
            "## template: jinja\n#cloud-config\nfqdn: {{ x }}\n",
            [
                ["text/plain", "## template: jinja\n#cloud-config\nfqdn: {{ x }}\n"]
            ]
        ),
        (
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==\"\n\n--==\n"
                + "Content-Type: text/x-shellscript\n\n#!/bin/sh\necho a\n--==\nContent-Type: text/cloud-config\n\n"
                + "#cloud-config\nlocale: C\n--==--\n",
            [["text/x-shellscript", "#!/bin/sh\necho a"], ["text/cloud-config", "#cloud-config\nlocale: C"]]
        ),
        (
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=open\n\n--open\n"
                + "Content-Type: text/x-shellscript\n\n#!/bin/sh\necho without an end\n",
            [["text/x-shellscript", "#!/bin/sh\necho without an end"]]
        ),
    ]

    @Test(arguments: vendorData.indices)
    func `a vendor-data keeps its parts and gets one more`(index: Int) async throws {
        let (text, parts) = Self.vendorData[index]
        let key = try await Self.key()
        let seed = try Seed.composed(vendorData: text, hostKeys: [key])
        let found = try await Python.parts(ofMessage: try #require(seed.vendorData))
        #expect(found.dropLast().map { $0 } == parts)
        let last = try #require(found.last)
        #expect(last[0] == "text/cloud-config")
        let keys: [String: String] = try await Python.yaml("ssh_keys", of: last[1])
        #expect(keys["ed25519_private"] == key.privateKey)
        #expect(SeedCheck.findings(of: seed) == [])
    }

    /// Files under which the option would have no effect, and the error.
    static let contradictions: [(userData: String?, vendorData: String?, answer: String)] = [
        (
            "#cloud-config\nssh_keys: {ed25519_private: x}\n", nil,
            "user-data: already has ssh_keys; give host keys either there or as an option"
        ),
        (
            nil, "#cloud-config\nssh_keys: {ed25519_private: x}\n",
            "vendor-data: already has ssh_keys; give host keys either there or as an option"
        ),
        (
            "#cloud-config\nvendor_data: {enabled: false}\n", nil,
            "user-data: vendor_data.enabled is false, which keeps the host keys out; remove it, or write ssh_keys there"
        ),
        (
            nil, "MIME-Version: 1.0\n\nhello\n",
            "vendor-data: its MIME message does not name its boundary; add boundary="
        ),
    ]

    @Test(arguments: contradictions.indices)
    func `files that would keep host keys out are refused`(index: Int) async throws {
        let (userData, vendorData, answer) = Self.contradictions[index]
        let key = try await Self.key()
        let error = #expect(throws: CloudInitError.self) {
            try Seed.composed(userData: userData, vendorData: vendorData, hostKeys: [key])
        }
        #expect(error?.message == answer)
    }

    @Test func `two keys of a kind are refused`() async throws {
        let keys = [try await Self.key(), try await Self.key()]
        let error = #expect(throws: CloudInitError.self) { try Seed.composed(hostKeys: keys) }
        #expect(error?.message == "host keys: there are two of type ed25519; use one of each type")
    }
}
