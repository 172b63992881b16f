import GuestsForTests
import Machines
import SystemPackage

@testable import Forks

/// The guest that these tests fork.
enum ForkFixture {
    static let name = DebianGuest.name

    /// - Parameter qemu: Which QEMU; nil is the one in the path.
    static func template(_ qemu: FilePath? = nil) async throws -> Template { try await DebianGuest.template(qemu) }
}
