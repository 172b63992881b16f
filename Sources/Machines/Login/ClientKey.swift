package import GuestAccess
package import HostSupport
import SystemPackage

/// The key with which Quiver logs in to the guests that it provisions; one for each home.
package enum ClientKey {
    private static let name = "id_ed25519"

    static func path(in home: QuiverHome) -> FilePath { home.keys.appending(name) }

    package static func obtain(in home: QuiverHome) async throws -> SSHKeyPair {
        try await SSHKeyPair.obtain(in: home.keys, named: name, comment: "quiver")
    }
}
