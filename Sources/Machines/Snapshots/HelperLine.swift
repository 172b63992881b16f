import GuestAccess
import HostSupport

/// The connection to a guest's helper around a restore: the one that the machine's user has open, else one of its own.
final class HelperLine: Sendable {
    /// How long a running helper may take to answer.
    static let patience = Duration.seconds(5)

    private let machine: Machine
    private let channel: HelperChannel?
    private let shared: GuestHelper?
    private let own = Locked<GuestHelper?>(nil)

    init(to machine: Machine) async throws {
        self.machine = machine
        shared = machine.sharedHelper.withLock { $0 }
        // Asked before this process connects to it, or its own connection would count.
        channel = try await machine.helperChannel()
    }

    var hasChannel: Bool { channel != nil }

    /// Whether another program on the host is connected.
    var isTaken: Bool { shared == nil && channel?.isTaken == true }

    /// Stores a nonce in the guest's memory, if its helper answers.
    func leave(_ nonce: String) async -> Bool {
        guard let channel, channel.isOpenInGuest, !isTaken, let helper = try? helper() else { return false }
        do {
            try await helper.write(nonce: nonce, within: Self.patience)
            return true
        } catch {
            return false
        }
    }

    /// The connection after the restore, when the helper in the guest may still have half a message of before.
    func reconnected() throws -> GuestHelper {
        if let helper = shared ?? own.withLock({ $0 }) {
            helper.resynchronize()
            return helper
        }
        return try helper()
    }

    /// Closes a connection that this value has opened.
    func close() { own.withLock { $0 }?.close() }

    private func helper() throws -> GuestHelper {
        if let helper = shared ?? own.withLock({ $0 }) { return helper }
        let helper = try machine.helper()
        own.withLock { $0 = helper }
        return helper
    }
}
