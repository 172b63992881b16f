public import SystemPackage

/// The address of a guest's ssh server, with the login and the host key that it must have.
///
/// The key was made on the host and given to the guest in its seed, so checking is strict from the first connection.
public struct SSHEndpoint: Hashable, Codable, Sendable {
    /// The guest's name, for messages.
    public var guest: String
    /// The name or address to connect to; `127.0.0.1` for a port that is forwarded on this host.
    public var host: String
    /// The TCP port at ``host``.
    public var port: UInt16
    /// The user to log in as.
    public var user: String
    /// The private key to log in with.
    public var identity: FilePath
    /// A file in known_hosts form that holds the guest's host key under ``hostKeyAlias``.
    public var knownHosts: FilePath
    /// The name of the host key in known_hosts; the address would not do, since ports change.
    public var hostKeyAlias: String

    /// Creates an endpoint without connecting to it; the parameters are its properties.
    public init(
        guest: String,
        host: String = "127.0.0.1",
        port: UInt16,
        user: String,
        identity: FilePath,
        knownHosts: FilePath,
        hostKeyAlias: String,
    ) {
        self.guest = guest
        self.host = host
        self.port = port
        self.user = user
        self.identity = identity
        self.knownHosts = knownHosts
        self.hostKeyAlias = hostKeyAlias
    }

    /// The options that reach this endpoint whatever the user's own ssh configuration says.
    ///
    /// - Parameter connectTimeout: How long one attempt to connect may take, in whole seconds; at least one.
    public func options(connectTimeout: Duration = .seconds(10)) -> [String] {
        ["-F", "/dev/null", "-p", "\(port)", "-l", user]
            + settings(connectTimeout: connectTimeout).flatMap { ["-o", "\($0)=\($1)"] }
    }

    /// The same as a block of OpenSSH's client configuration (`ssh_config`), for ssh itself and for programs that run
    /// it.
    ///
    /// - Parameter pattern: What the block's `Host` line says: the name under which ssh is told to connect.
    /// - Returns: Lines, each with its newline.
    public func configuration(for pattern: String) -> String {
        let way = [("HostName", host), ("Port", "\(port)"), ("User", user)]
        return "Host \(pattern)\n" + (way + settings()).map { "  \($0) \($1)\n" }.joined()
    }

    /// Everything but the address and the user, by ssh's own keywords.
    private func settings(connectTimeout: Duration = .seconds(10)) -> [(keyword: String, value: String)] {
        [
            // Not by -i, which takes a % in a path for the start of a token.
            ("IdentityFile", Self.quotedForConfiguration(identity.string)),
            ("StrictHostKeyChecking", "yes"),
            ("UserKnownHostsFile", Self.quotedForConfiguration(knownHosts.string)),
            ("GlobalKnownHostsFile", "/dev/null"),
            ("HostKeyAlias", hostKeyAlias),
            ("CheckHostIP", "no"),
            ("IdentitiesOnly", "yes"),
            ("IdentityAgent", "none"),
            ("PreferredAuthentications", "publickey"),
            ("BatchMode", "yes"),
            ("ConnectTimeout", "\(max(1, connectTimeout.components.seconds))"),
            // A guest that is killed or frozen sends nothing more; without this, ssh would wait forever.
            ("ServerAliveInterval", "15"),
            ("ServerAliveCountMax", "8"),
            // A shared connection would outlive a restore of the guest, which no longer knows it.
            ("ControlPath", "none"),
            ("LogLevel", "ERROR"),
        ]
    }

    /// A path as ssh's configuration syntax takes it: quoted, so that a space does not end it and `%` is itself.
    private static func quotedForConfiguration(_ path: String) -> String {
        var quoted = "\""
        for character in path {
            switch character {
            case "\"", "\\": quoted += "\\\(character)"
            case "%": quoted += "%%"
            default: quoted.append(character)
            }
        }
        return quoted + "\""
    }
}
