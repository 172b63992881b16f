public import GuestAccess
import HostSupport
import Quantities

/// A restore that was carried out.
public struct Restoration: Hashable, Sendable {
    /// Why nobody in the guest put it right after it was restored.
    public enum Obstacle: Hashable, Sendable {
        /// The machine has no channel to a helper.
        case noChannel
        /// The guest stands still.
        case guestPaused
        /// Another program on the host is connected to the helper.
        case channelTaken
        /// No helper answers: it did not run yet when the snapshot was saved, or the guest has none.
        case silent
        /// The helper could not do it, for the reason given.
        case refused(String)
    }

    /// How long QEMU took to load the snapshot.
    public let loading: Duration
    /// How long the guest's helper took to put clock and random pool right; nil where it did not.
    public let fixingUp: Duration?
    /// Whether a word that was left in the guest's memory before is gone; nil where nobody in the guest could tell.
    public let isProven: Bool?
    /// Why the guest's clock and random pool are as they were saved; nil where they were put right.
    public let obstacle: Obstacle?

    init(loading: Duration, fixingUp: Duration? = nil, isProven: Bool? = nil, obstacle: Obstacle? = nil) {
        self.loading = loading
        self.fixingUp = fixingUp
        self.isProven = isProven
        self.obstacle = obstacle
    }
}

extension Machine {
    /// Loads a snapshot and makes the guest right before anyone uses it: its clock, its random pool.
    ///
    /// The restore proves itself: a word that was left in the guest's memory just before must be gone afterwards.
    /// A guest without Quiver's helper, or one whose helper does not answer, is restored all the same.
    ///
    /// - Parameters:
    ///   - fixUp: What is put right.
    ///   - resumes: Whether a guest that stood still goes on afterwards.
    ///   - deadline: How long the load, and then the helper, may take.
    /// - Throws: ``MachineError`` as ``loadSnapshot(_:within:)``, and with code `snapshotFailed` when the word is
    ///   still there: then too the machine has been ended.
    public func restore(
        _ tag: String,
        fixUp: GuestFixUp = GuestFixUp(),
        resumes: Bool = false,
        within deadline: Duration = .seconds(300),
    ) async throws -> Restoration {
        // Asked before this process connects to it, and may be taken for another.
        let channel = try await helperChannel()
        let nonce = "quiver-\(UInt64.random(in: 0 ... .max))"
        let hasLeftNonce = await leave(nonce)
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

    /// Resets a machine that QEMU lets go on only after a reset.
    private func resetIfRequired(within limit: Duration) async throws {
        guard try await status().requiresReset else { return }
        try await reset()
        // QEMU answers first and resets a moment later.
        try await withDeadline(limit, waitingFor: "machine \(name) to be reset") {
            while try await self.status().requiresReset { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// How long a helper that runs may take to answer; one that does not run never will.
    private static let helperPatience = Duration.seconds(5)

    /// Leaves a word in the guest's memory, where the guest's helper answers at once.
    private func leave(_ nonce: String) async -> Bool {
        guard let socket = socket(of: .helper), let state = try? await status(), state.isRunning,
            let helper = try? GuestHelper.connect(to: socket, guest: name)
        else { return false }
        defer { helper.close() }
        do {
            try await helper.write(nonce: nonce, within: .seconds(2))
            return true
        } catch {
            return false
        }
    }

    /// Ends a machine whose disks were put back and whose memory was not.
    private func unrestored(_ tag: String) async -> MachineError {
        _ = try? await kill()
        return error(
            .snapshotFailed,
            "snapshot `\(tag)` was loaded, but the guest's memory is the old one; the machine was killed",
        )
    }
}
