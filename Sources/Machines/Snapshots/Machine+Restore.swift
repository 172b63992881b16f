public import GuestAccess
import Quantities

/// A restore that was carried out.
public struct Restoration: Hashable, Sendable {
    /// How long QEMU took to load the snapshot.
    public let loading: Duration
    /// How long the guest's helper took to put clock and random pool right; nil where the guest has no helper.
    public let fixingUp: Duration?
    /// Whether a word that was left in the guest's memory before is gone; nil where nobody in the guest could tell.
    public let isProven: Bool?
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
    ///   still there.
    public func restore(
        _ tag: String,
        fixUp: GuestFixUp = GuestFixUp(),
        resumes: Bool = false,
        within deadline: Duration = .seconds(300),
    ) async throws -> Restoration {
        let nonce = "quiver-\(UInt64.random(in: 0 ... .max))"
        let hasLeftNonce = await leave(nonce)
        let start = ContinuousClock.now
        try await loadSnapshot(tag, within: deadline)
        if resumes, try await !status().isRunning { try await resume() }
        let loading = ContinuousClock.now - start
        guard let socket = socket(of: .helper), try await status().isRunning else {
            return Restoration(loading: loading, fixingUp: nil, isProven: nil)
        }
        let helper = try GuestHelper.connect(to: socket, guest: name)
        defer { helper.close() }
        do {
            let begin = ContinuousClock.now
            try await helper.fixUp(fixUp, within: Self.helperPatience)
            let fixingUp = ContinuousClock.now - begin
            guard hasLeftNonce else { return Restoration(loading: loading, fixingUp: fixingUp, isProven: nil) }
            let found = try await helper.nonce(within: Self.helperPatience)
            guard found != nonce else {
                throw error(.snapshotFailed, "its snapshot `\(tag)` was loaded and the guest's memory is the old one")
            }
            return Restoration(loading: loading, fixingUp: fixingUp, isProven: true)
        } catch let error as GuestAccessError {
            _ = error  // The snapshot was taken before the helper ran, or the guest has none.
            return Restoration(loading: loading, fixingUp: nil, isProven: nil)
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
}
