import HostSupport
import SystemPackage

/// Tells when a machine's guest is put back to an earlier state, in which nothing that was begun since is known.
package struct RestoreWatch: Sendable {
    private let directory: MachineDirectory
    private let before: FileStamp?

    /// Watches from now on.
    package init(_ directory: MachineDirectory) {
        self.directory = directory
        before = FileStamp(of: directory.restoreFile)
    }

    /// Waits until the guest is restored, whichever process does it; that is noticed within a second.
    package func untilRestored() async throws {
        while FileStamp(of: directory.restoreFile) == before { try await Task.sleep(for: .seconds(1)) }
    }
}

extension MachineDirectory {
    /// Written when the guest is restored to a snapshot.
    fileprivate var restoreFile: FilePath { path.appending("restored") }

    /// Tells those who watch that the guest was restored.
    func noteRestore() {
        // Nobody watches in most cases, and a full disk must not fail a restore that has succeeded.
        try? WholeFile.write([], to: restoreFile)
    }
}
