import DiskImages
import HostSupport
import SystemPackage

extension Examination {
    /// Fixes what needs no decision by a person: removes what was left behind, and relinks disks to bases that have
    /// moved, if they are proven to be the same.
    ///
    /// - Returns: What was fixed, and what could not be fixed, with the reason.
    public func fix() async -> [FixAttempt] {
        var done: [FixAttempt] = []
        for leftover in await leftovers() {
            done.append(await attempt(leftover.finding) { try await remove(leftover) })
        }
        for name in store.names {
            for moved in movedBases(of: name) {
                let finding = Finding(.problem, "machine \(name)", "disk \(moved.overlay) relinked to \(moved.base)")
                done.append(await attempt(finding) { try await rebase(moved, of: name) })
            }
        }
        return done
    }

    private func attempt(_ finding: Finding, _ work: () async throws -> Void) async -> FixAttempt {
        do {
            try await work()
            return FixAttempt(finding: finding, failure: nil)
        } catch {
            return FixAttempt(finding: finding, failure: "\(error)")
        }
    }

    private func movedBases(of name: String) -> [OverlayFinding.MovedBase] {
        guard let description = try? store.description(of: name) else { return [] }
        return description.drives.filter { $0.format == .qcow2 }.flatMap { drive in
            (try? OverlayCheck(drive.file, searchDirectories: [store.home.images]))?.findings.compactMap(\.movedBase)
                ?? []
        }
    }

    /// Writes the base's new path into the overlay while nobody can start the machine.
    private func rebase(_ moved: OverlayFinding.MovedBase, of name: String) async throws {
        guard let lock = try await store.directory(of: name).takeLock() else {
            throw MachineError(.alreadyRunning, machine: name, "running; stop it first with `quiver stop \(name)`")
        }
        try await Overlay.rebase(moved.overlay, onto: moved.base)
        _ = consume lock
    }
}

/// One thing that ``Examination/fix()`` worked on.
public struct FixAttempt: Sendable {
    /// What was worked on.
    public let finding: Finding
    /// Why it could not be fixed; nil if it was.
    public let failure: String?
}
