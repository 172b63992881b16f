public import GuestAccess
public import HostSupport
public import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How to log in to a guest by ssh: the user, the key, and the host key that it must have.
///
/// The record is `login.json` in the machine's directory, with the host key next to it in `known_hosts`.
public struct GuestLogin: Hashable, Codable, Sendable {
    /// The user to log in as, who can use sudo without a password.
    public var user: String
    /// The name of the host key in known_hosts; the same for all machines that share a baked disk.
    public var hostKeyAlias: String
    /// The guest's public host key in known_hosts form.
    public var hostKey: String

    /// Creates a login; the parameters are its properties.
    public init(user: String, hostKeyAlias: String, hostKey: String) {
        self.user = user
        self.hostKeyAlias = hostKeyAlias
        self.hostKey = hostKey
    }

    static let fileName = "login.json"

    /// Reads the record in a directory.
    ///
    /// - Throws: ``HostSupport/FileFailure``; with reason `noSuchFileOrDirectory` for a machine that was not provisioned by Quiver.
    public static func read(in directory: FilePath) throws(FileFailure) -> GuestLogin {
        let path = directory.appending(fileName)
        let bytes = try WholeFile.read(path)
        guard let login = try? JSONDecoder().decode(GuestLogin.self, from: Data(bytes)) else {
            throw FileFailure("understand", path, .invalidArgument)
        }
        return login
    }

    /// Writes the record and the host key into a directory.
    public func write(in directory: FilePath) throws(FileFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(self) else {
            throw FileFailure("describe", directory.appending(Self.fileName), .invalidArgument)
        }
        try WholeFile.write(hostKey.utf8, to: directory.appending("known_hosts"))
        try WholeFile.write(text, to: directory.appending(Self.fileName))
    }

    /// The ssh endpoint at a port of this host.
    ///
    /// - Parameters:
    ///   - guest: The machine's name, for messages.
    ///   - directory: The directory in which ``write(in:)`` stored the host key.
    ///   - home: The home whose key is used to log in.
    public func endpoint(guest: String, port: UInt16, directory: FilePath, home: QuiverHome) -> SSHEndpoint {
        SSHEndpoint(
            guest: guest,
            port: port,
            user: user,
            identity: ClientKey.path(in: home),
            knownHosts: directory.appending("known_hosts"),
            hostKeyAlias: hostKeyAlias,
        )
    }
}
