public import GuestAccess
import HostSupport
import Quantities

/// The result of a restore.
public struct Restoration: Hashable, Sendable {
    /// Why the guest was not fixed up after the restore.
    public enum Obstacle: Hashable, Sendable {
        /// The machine has no channel to a helper.
        case noChannel
        /// The guest is paused.
        case guestPaused
        /// Another program on the host is connected to the helper.
        case channelTaken
        /// No helper answers: it was not running yet when the snapshot was saved, or the guest has none.
        case silent
        /// The helper refused, with this reason.
        case refused(String)
    }

    /// How long QEMU took to load the snapshot.
    public let loading: Duration
    /// How long the guest's helper took to fix up clock and random pool; nil if it did not.
    public let fixingUp: Duration?
    /// Whether the nonce that was stored in the guest's memory before is gone; nil if the helper could not be asked.
    public let isProven: Bool?
    /// Why the guest's clock and random pool were not fixed up; nil if they were.
    public let obstacle: Obstacle?

    init(loading: Duration, fixingUp: Duration? = nil, isProven: Bool? = nil, obstacle: Obstacle? = nil) {
        self.loading = loading
        self.fixingUp = fixingUp
        self.isProven = isProven
        self.obstacle = obstacle
    }
}

extension Machine {
    /// Loads a snapshot and fixes up the guest before anyone uses it: its clock and its random pool.
    ///
    /// The restore verifies itself: a nonce that is stored in the guest's memory just before must be gone afterwards.
    /// A guest without Quiver's helper, or whose helper does not answer, is still restored.
    ///
    /// - Parameters:
    ///   - fixUp: What to fix up.
    ///   - resumes: Whether to resume a paused guest afterwards.
    ///   - deadline: How long the load, and then the helper, may take.
    /// - Throws: ``MachineError`` as ``loadSnapshot(_:within:)``, and with code `snapshotFailed` if the nonce is
    ///   still there; the machine is then killed, too.
    public func restore(
        _ tag: String,
        fixUp: GuestFixUp = GuestFixUp(),
        resumes: Bool = false,
        within deadline: Duration = .seconds(300),
    ) async throws -> Restoration {
        // Asked before this process connects to it, or its own connection would count.
        let channel = try await helperChannel()
        let nonce = "quiver-\(UInt64.random(in: 0 ... .max))"
        let canAnswer = channel.map { $0.isOpenInGuest && !$0.isTaken } ?? false
        let hasLeftNonce = canAnswer ? await leave(nonce) : false
        let start = ContinuousClock.now
        if resumes { try await resetIfRequired(within: deadline) }
        try await loadSnapshot(tag, within: deadline)
        if resumes, try await !status().isRunning { try await resume() }
        let loading = ContinuousClock.now - start
        guard let channel, let socket = socket(of: .helper) else {
            return Restoration(loading: loading, obstacle: .noChannel)
        }
        guard try await status().isRunning else { return Restoration(loading: loading, obstacle: .guestPaused) }
        do {
            let helper = try GuestHelper.connect(to: socket, guest: name)
            defer { helper.close() }
            let begin = ContinuousClock.now
            try await helper.fixUp(fixUp, within: Self.helperPatience)
            let fixingUp = ContinuousClock.now - begin
            guard hasLeftNonce else { return Restoration(loading: loading, fixingUp: fixingUp) }
            let found = try await helper.nonce(within: Self.helperPatience)
            guard found != nonce else { throw await unrestored(tag) }
            return Restoration(loading: loading, fixingUp: fixingUp, isProven: true)
        } catch let error as GuestAccessError {
            let obstacle: Restoration.Obstacle =
                error.code == .helperRefused ? .refused(error.message) : channel.isTaken ? .channelTaken : .silent
            return Restoration(loading: loading, obstacle: obstacle)
        }
    }

    /// Resets a machine that QEMU only resumes after a reset.
    private func resetIfRequired(within limit: Duration) async throws {
        guard try await status().requiresReset else { return }
        try await reset()
        // QEMU answers first and resets a moment later.
        try await withDeadline(limit, waitingFor: "machine \(name) to be reset") {
            while try await self.status().requiresReset { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// How long a running helper may take to answer.
    private static let helperPatience = Duration.seconds(5)

    /// Stores a nonce in the guest's memory, if the guest's helper answers.
    private func leave(_ nonce: String) async -> Bool {
        guard let socket = socket(of: .helper), let state = try? await status(), state.isRunning,
            let helper = try? GuestHelper.connect(to: socket, guest: name)
        else { return false }
        defer { helper.close() }
        do {
            try await helper.write(nonce: nonce, within: Self.helperPatience)
            return true
        } catch {
            return false
        }
    }

    /// Kills a machine whose disks were restored but whose memory was not.
    private func unrestored(_ tag: String) async -> MachineError {
        _ = try? await kill()
        return error(
            .snapshotFailed,
            "snapshot `\(tag)` was loaded, but the guest's memory is the old one; the machine was killed",
        )
    }
}
