import GuestAccess
import HostSupport
import LibC
import QAPI
import SystemPackage

extension Machine {
    /// Resumes a guest that a process paused in order to copy it and did not resume, because it was killed meanwhile.
    ///
    /// A guest that somebody paused on purpose stays paused.
    func resumeIfLeftPaused() async {
        guard directory.isLeftPaused, let lock = try? FileLock.take(directory.pauseLock) else { return }
        try? await qmp.migrateCancel()
        let end = ContinuousClock.now + Self.cancelling
        while await isPausedForCopy(), ContinuousClock.now < end {
            // QEMU refuses while it still ends the copy.
            if (try? await resume()) == nil { try? await Task.sleep(for: .milliseconds(20)) }
        }
        // The mark stays for the next command, and for doctor.
        guard await !isPausedForCopy() else { return }
        if let helper = try? helper() {
            // Its clock stood still meanwhile.
            try? await helper.fixUp(GuestFixUp(), within: .seconds(5))
            helper.close()
        }
        unlink(directory.pauseLock.string)
        _ = consume lock
    }

    /// Whether the guest is in a state in which copying leaves it; one that has panicked, say, is not resumed.
    private func isPausedForCopy() async -> Bool {
        guard let state = try? await runState() else { return false }
        return [.paused, .finishMigrate, .postmigrate].contains(state)
    }

    /// How long QEMU may take to cancel a copy.
    private static let cancelling = Duration.seconds(10)
}
