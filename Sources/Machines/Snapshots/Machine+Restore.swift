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
    public let isVerified: Bool?
    /// Why the guest's clock and random pool were not fixed up; nil if they were.
    public let obstacle: Obstacle?

    init(loading: Duration, fixingUp: Duration? = nil, isVerified: Bool? = nil, obstacle: Obstacle? = nil) {
        self.loading = loading
        self.fixingUp = fixingUp
        self.isVerified = isVerified
        self.obstacle = obstacle
    }
}

extension Machine {
    /// Restores the guest's memory and disks to a snapshot, and fixes the guest up before anyone uses it: its clock and
    /// its random pool.
    ///
    /// The restore verifies itself: a nonce that is stored in the guest's memory just before must be gone afterwards.
    /// A guest without Quiver's helper, or whose helper does not answer, is still restored. Within
    /// ``withGuest(ready:within:_:)``, the guest's connection is used; a command that runs in the guest meanwhile never
    /// answers. The guest runs afterwards if it ran before.
    ///
    /// - Parameters:
    ///   - fixUp: What to fix up.
    ///   - resumes: Whether the guest runs afterwards although it was paused.
    ///   - deadline: How long the load, and then the helper, may take.
    /// - Throws: ``MachineError``: `notFound`; `snapshotImpossible`, which also says how the machine differs from the
    ///   one that was saved (QEMU, machine type, devices); `snapshotFailed` if QEMU could not load it, or if the nonce
    ///   is still there: the machine's state may then be inconsistent, so it is killed.
    public func restore(
        _ tag: String,
        fixUp: GuestFixUp = GuestFixUp(),
        resumes: Bool = false,
        within deadline: Duration = .seconds(300),
    ) async throws -> Restoration {
        let before = try await runState()
        let line = try await HelperLine(to: self)
        defer { line.close() }
        let nonce = "quiver-\(UInt64.random(in: 0 ... .max))"
        let hasLeftNonce = before.isRunning ? await line.leave(nonce) : false
        let start = ContinuousClock.now
        if resumes, before.requiresReset { try await resetAndWait(within: deadline) }
        try await load(tag, within: deadline)
        let runs = before.isRunning || resumes
        if runs { try await resume() }
        let loading = ContinuousClock.now - start
        directory.noteRestore()
        guard line.hasChannel else { return Restoration(loading: loading, obstacle: .noChannel) }
        guard runs else { return Restoration(loading: loading, obstacle: .guestPaused) }
        do {
            let helper = try line.reconnected()
            let begin = ContinuousClock.now
            try await helper.fixUp(fixUp, within: HelperLine.patience)
            let fixingUp = ContinuousClock.now - begin
            guard hasLeftNonce else { return Restoration(loading: loading, fixingUp: fixingUp) }
            guard try await helper.nonce(within: HelperLine.patience) != nonce else { throw await unrestored(tag) }
            return Restoration(loading: loading, fixingUp: fixingUp, isVerified: true)
        } catch let error as GuestAccessError {
            let obstacle: Restoration.Obstacle =
                error.code == .helperRefused ? .refused(error.message) : line.isTaken ? .channelTaken : .silent
            return Restoration(loading: loading, obstacle: obstacle)
        }
    }

    /// Resets a machine that QEMU only resumes after a reset.
    private func resetAndWait(within limit: Duration) async throws {
        try await reset()
        // QEMU answers first and resets a moment later.
        try await withDeadline(limit, waitingFor: "machine \(name) to be reset") {
            while try await self.runState().requiresReset { try await Task.sleep(for: .milliseconds(5)) }
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
