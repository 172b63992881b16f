import HostSupport
import HostTools
public import SystemPackage

/// An ed25519 key pair in OpenSSH's own form: to log in to a guest, or as a guest's host key.
public struct SSHKeyPair: Hashable, Codable, Sendable {
    /// The private key, many lines, ending with a newline.
    public let privateKey: String
    /// The public key, one line without its newline: type, base64, comment.
    public let publicKey: String

    /// Creates a pair from existing keys; ``obtain(in:named:comment:)`` makes new ones.
    public init(privateKey: String, publicKey: String) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    /// Creates a pair in `directory` as `NAME` and `NAME.pub`, or reads the existing one.
    ///
    /// - Parameter comment: The public key's comment, as in `quiver@host`.
    /// - Throws: ``GuestAccessError`` with code `keyFailed` or `toolMissing`; ``HostSupport/FileFailure``.
    public static func obtain(in directory: FilePath, named name: String, comment: String) async throws -> SSHKeyPair {
        let path = directory.appending(name)
        if let pair = try? read(path) { return pair }
        try Directory.create(directory)
        // Two commands may start at the same time: each creates its own, and the first to take the name wins for both.
        let temporary = directory.appending(".\(name).\(UInt64.random(in: 0 ... .max))")
        let publicFile = FilePath(temporary.string + ".pub")
        defer {
            try? Directory.removeTree(temporary)
            try? Directory.removeTree(publicFile)
        }
        let pair = try await make(at: temporary, comment: comment)
        let lock = try await FileLock.acquire(directory.appending(".keys.lock"), within: .seconds(30))
        defer { extendLifetime(lock) }
        if let other = try? read(path) { return other }
        try WholeFile.write((pair.publicKey + "\n").utf8, to: FilePath(path.string + ".pub"))
        try WholeFile.write(pair.privateKey.utf8, to: path)
        return pair
    }

    private static func read(_ path: FilePath) throws -> SSHKeyPair {
        let publicKey = try WholeFile.readText(FilePath(path.string + ".pub"))
        return SSHKeyPair(
            privateKey: try WholeFile.readText(path),
            publicKey: String(publicKey.prefix { $0 != "\n" }),
        )
    }

    private static func make(at path: FilePath, comment: String) async throws -> SSHKeyPair {
        let outcome: ToolRun.Outcome
        do {
            outcome = try await ToolRun.run(
                "ssh-keygen",
                ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path.string],
            )
        } catch let error as ToolMissing {
            throw GuestAccessError(
                .toolMissing,
                guest: comment,
                "\(error.tool) is not installed; install the OpenSSH client",
                cause: error,
            )
        }
        guard outcome.isSuccess else {
            if outcome.errors.contains("No space left on device") { throw FileFailure("write", path, .noSpace) }
            throw GuestAccessError(.keyFailed, guest: comment, "ssh-keygen cannot create \(path): \(outcome.lastWords)")
        }
        return try read(path)
    }

    /// The line of a known_hosts file for a guest with that alias.
    public func knownHostsLine(alias: String) -> String {
        let words = publicKey.split(separator: " ")
        return "\(alias) " + words.prefix(2).joined(separator: " ") + "\n"
    }
}
