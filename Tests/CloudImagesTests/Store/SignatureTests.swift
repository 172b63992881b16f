import CloudImages
import Digests
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

/// Lists of digests that are signed, by a key of the test's own.
@Suite struct SignatureTests {
    /// Makes a key and its key ring, and signs.
    struct Signer {
        let home: FilePath
        var keyring: FilePath { home.appending("ring.gpg") }

        init(in directory: FilePath, name: String) async throws {
            // The agent's socket lies in the key's home, whose path must be short.
            home = FilePath("/tmp/q-gpg-\(UInt32.random(in: 0 ... .max))")
            try Directory.create(home)
            try await gpg([
                "--quick-generate-key", "--passphrase", "", "\(name) <\(name)@example.org>", "ed25519", "sign",
            ])
            try await gpg(["--output", keyring.string, "--export"])
        }

        func gpg(_ arguments: [String]) async throws {
            let outcome = try await ToolRun.run("gpg", ["--homedir", home.string, "--batch", "--quiet"] + arguments)
            guard outcome.isSuccess else { throw QemuImg.Failure(description: "gpg: \(outcome.lastWords)") }
        }

        /// The signature of a text: detached, or around the text itself.
        func sign(_ text: String, isInline: Bool) async throws -> [UInt8] {
            let file = home.appending("text")
            let signed = home.appending("signed")
            try Directory.removeTree(signed)
            try WholeFile.write(text.utf8, to: file)
            try await gpg([isInline ? "--clearsign" : "--detach-sign", "--output", signed.string, file.string])
            return try WholeFile.read(signed)
        }

        func remove() async {
            _ = try? await ToolRun.run("gpgconf", ["--homedir", home.string, "--kill", "all"])
            try? Directory.removeTree(home)
        }
    }

    private static func withSigner(_ body: (VendorFixture, Signer, _ list: String) async throws -> Void) async throws {
        try await VendorFixture.with { vendor in
            let digest = try await FileDigest.sha512(of: vendor.directory.appending("vendor.qcow2"))
            let signer = try await Signer(in: vendor.directory, name: "vendor")
            try await withCleanup {
                try await body(vendor, signer, "SHA512 (test-1-genericcloud-amd64.qcow2) = \(digest)\n")
            } cleanup: {
                await signer.remove()
            }
        }
    }

    private static let signaturePath = "/images/cloud/test/latest/SHA512SUMS.gpg"

    @Test func `a signature of the vendor's is checked`() async throws {
        try await Self.withSigner { vendor, signer, list in
            vendor.server.put(VendorFixture.listPath, list.utf8)
            vendor.server.put(Self.signaturePath, try await signer.sign(list, isInline: false))
            let keys = "keyring = [\"/none.gpg\", \"\(signer.keyring)\"]\nsignature = \"SHA512SUMS.gpg\""
            let pulled = try await vendor.pull(keys)
            #expect(pulled.source == .downloaded)
            #expect(pulled.signatureGap == nil)
        }
    }

    @Test func `a list that carries its signature is checked, and only what is signed counts`() async throws {
        try await Self.withSigner { vendor, signer, list in
            let signed = String(decoding: try await signer.sign(list, isInline: true), as: UTF8.self)
            let forged = String(repeating: "0", count: 128) + "  test-1-genericcloud-amd64.qcow2\n"
            vendor.server.put(VendorFixture.listPath, (forged + signed).utf8)
            let pulled = try await vendor.pull("keyring = [\"\(signer.keyring)\"]\nsignature = \"inline\"")
            #expect(pulled.signatureGap == nil)
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
        }
    }

    @Test func `a changed list, and a signature of another's key, are refused`() async throws {
        try await Self.withSigner { vendor, signer, list in
            let keys = "keyring = [\"\(signer.keyring)\"]\nsignature = \"SHA512SUMS.gpg\""
            vendor.server.put(VendorFixture.listPath, (list + "more\n").utf8)
            vendor.server.put(Self.signaturePath, try await signer.sign(list, isInline: false))
            let changed = try await #require(throws: CloudImagesError.self) { try await vendor.pull(keys) }
            #expect(changed.code == .badSignature)
            let stranger = try await Signer(in: vendor.directory, name: "stranger")
            vendor.server.put(VendorFixture.listPath, list.utf8)
            vendor.server.put(Self.signaturePath, try await stranger.sign(list, isInline: false))
            await stranger.remove()
            let foreign = try await #require(throws: CloudImagesError.self) { try await vendor.pull(keys) }
            #expect(foreign.code == .badSignature)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).isEmpty)
        }
    }

    @Test func `a signature that cannot be checked is said so, with the package to install`() async throws {
        try await Self.withSigner { vendor, signer, list in
            vendor.server.put(VendorFixture.listPath, list.utf8)
            vendor.server.put(Self.signaturePath, try await signer.sign(list, isInline: false))
            let keys = "keyring = [\"/none.gpg\"]\nkeyring-package = \"vendor-keys\"\nsignature = \"SHA512SUMS.gpg\""
            let pulled = try await vendor.pull(keys)
            let hint = PackageHint(debian: "vendor-keys").command
            #expect(
                pulled.signatureGap?.hasSuffix(hint.map { "install it with: \($0)" } ?? "/none.gpg is missing") == true
            )
        }
    }
}
