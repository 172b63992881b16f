public import GuestAccess
public import HostSupport
public import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a machine's guest is entered by ssh: who, with which key, and the host key it must show.
///
/// The record lies in the machine's folder as `login.json`, with the host key beside it as `known_hosts`.
public struct GuestLogin: Hashable, Codable, Sendable {
    /// The user to log in as, who may use sudo without a password.
    public var user: String
    /// The name under which the host key is known; the same for all machines that share a baked disk.
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

    /// Reads the record of a folder.
    ///
    /// - Throws: ``FileFailure``; with reason `noSuchFileOrDirectory` for a machine that was not provisioned by Quiver.
    public static func read(in folder: FilePath) throws(FileFailure) -> GuestLogin {
        let path = folder.appending(fileName)
        let bytes = try WholeFile.read(path)
        guard let login = try? JSONDecoder().decode(GuestLogin.self, from: Data(bytes)) else {
            throw FileFailure("understand", path, .invalidArgument)
        }
        return login
    }

    /// Writes the record and the host key into a folder.
    public func write(in folder: FilePath) throws(FileFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(self) else {
            throw FileFailure("describe", folder.appending(Self.fileName), .invalidArgument)
        }
        try WholeFile.write(hostKey.utf8, to: folder.appending("known_hosts"))
        try WholeFile.write(text, to: folder.appending(Self.fileName))
    }

    /// The way in through a port of this host.
    ///
    /// - Parameters:
    ///   - guest: The machine's name, for messages.
    ///   - folder: Where ``write(in:)`` put the host key.
    ///   - home: Whose key opens the guest.
    public func endpoint(guest: String, port: UInt16, folder: FilePath, home: QuiverHome) -> SSHEndpoint {
        SSHEndpoint(
            guest: guest,
            port: port,
            user: user,
            identity: ClientKey.path(in: home),
            knownHosts: folder.appending("known_hosts"),
            hostKeyAlias: hostKeyAlias,
        )
    }
}
