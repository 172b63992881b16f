#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A guest's own ssh key, by which it is recognised at the first connection.
public struct HostKey: Sendable, Hashable {
    /// The kind, as cloud-init and sshd name it: `ed25519`, `ecdsa` or `rsa`.
    public let kind: String
    /// The private key, in OpenSSH's form.
    public let privateKey: String
    /// The public key, type and base64, as it stands in known_hosts after the guest's name.
    public let publicKey: String

    /// What a private key of OpenSSH's begins with once it is decoded.
    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let kinds = [
        "ssh-ed25519": "ed25519", "ssh-rsa": "rsa", "ecdsa-sha2-nistp256": "ecdsa", "ecdsa-sha2-nistp384": "ecdsa",
        "ecdsa-sha2-nistp521": "ecdsa",
    ]

    /// Reads a private key as `ssh-keygen` writes it; the public key is in it.
    ///
    /// - Parameter name: What errors call it.
    /// - Throws: ``CloudInitError`` with code `badSeed`, for a key that is protected by a passphrase too: sshd could
    ///   not read it.
    public init(privateKey text: String, named name: String) throws(CloudInitError) {
        func refusal(_ trouble: String) -> CloudInitError { CloudInitError(.badSeed, "\(name): \(trouble)") }
        let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
        guard let start = text.firstRange(of: begin)?.upperBound,
            let end = text.firstRange(of: "-----END OPENSSH PRIVATE KEY-----")?.lowerBound, start < end,
            let data = Data(base64Encoded: text[start..<end].filter { !$0.isWhitespace })
        else {
            throw refusal(
                text.contains("PRIVATE KEY")
                    ? "is a private key in another format than OpenSSH's; convert it with: ssh-keygen -p -N '' -f \(name)"
                    : "is not a private key; create one with: ssh-keygen -t ed25519 -N '' -f FILE"
            )
        }
        var fields = Fields(Array(data))
        guard fields.take(Self.magic.count) == Self.magic[...], let cipher = fields.string(), fields.string() != nil,
            fields.string() != nil, fields.number() == 1, let blob = fields.string()
        else {
            throw refusal("is damaged; create another with: ssh-keygen -t ed25519 -N '' -f FILE")
        }
        guard cipher.elementsEqual("none".utf8) else {
            throw refusal(
                "is protected by a passphrase, which sshd cannot ask for; remove it with: "
                    + "ssh-keygen -p -N '' -f \(name)"
            )
        }
        var key = Fields(Array(blob))
        let type = key.string().map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let kind = Self.kinds[type] else {
            throw refusal(
                "sshd does not support host keys of type \(type); create one with: ssh-keygen -t ed25519 -N '' -f FILE"
            )
        }
        self.kind = kind
        privateKey = text.hasSuffix("\n") ? text : text + "\n"
        publicKey = "\(type) \(Data(blob).base64EncodedString())"
    }

    /// The binary fields of a key: each is a length of four bytes and as many bytes.
    private struct Fields {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func number() -> Int? { take(4)?.reduce(0) { $0 << 8 | Int($1) } }

        mutating func string() -> ArraySlice<UInt8>? { number().flatMap { take($0) } }
    }
}

extension CloudConfig {
    /// The server's own keys by cloud-init's names, as in `ed25519_private`.
    static func hostKeys(of keys: [HostKey]) -> [String: String] {
        var texts: [String: String] = [:]
        for key in keys {
            texts["\(key.kind)_private"] = key.privateKey
            texts["\(key.kind)_public"] = key.publicKey
        }
        return texts
    }
}
