import CloudImages
import HostSupport
import SystemPackage

extension Examination {
    /// Mends what can be mended without a person's decision: removes what was left behind, and puts disks whose base
    /// has moved onto it in its new place, where it is proven to be the same.
    ///
    /// - Returns: What was mended, and what could not be, with the reason.
    public func mend() async -> [Mending] {
        var done: [Mending] = []
        for leftover in await leftovers() {
            done.append(await attempt(leftover.finding) { try await remove(leftover) })
        }
        for name in store.names {
            for moved in movedBases(of: name) {
                let finding = Finding(.problem, "machine \(name)", "its disk \(moved.overlay) is now on \(moved.base)")
                done.append(await attempt(finding) { try await rebase(moved, of: name) })
            }
        }
        return done
    }

    private func attempt(_ finding: Finding, _ work: () async throws -> Void) async -> Mending {
        do {
            try await work()
            return Mending(finding: finding, failure: nil)
        } catch {
            return Mending(finding: finding, failure: "\(error)")
        }
    }

    private func movedBases(of name: String) -> [OverlayFinding.MovedBase] {
        guard let description = try? store.description(of: name) else { return [] }
        return description.drives.filter { $0.format == .qcow2 }.flatMap { drive in
            (try? OverlayCheck(drive.file, searchFolders: [store.home.images]))?.findings.compactMap(\.movedBase) ?? []
        }
    }

    /// Writes the base's new place into the overlay while nobody can start the machine.
    private func rebase(_ moved: OverlayFinding.MovedBase, of name: String) async throws {
        guard let lock = try await store.folder(of: name).takeLock() else {
            throw MachineError(.alreadyRunning, machine: name, "it runs; stop it first with `quiver stop \(name)`")
        }
        try await Overlay.rebase(moved.overlay, onto: moved.base)
        _ = consume lock
    }
}

/// One thing that ``Examination/mend()`` worked on.
public struct Mending: Sendable {
    /// What was worked on.
    public let finding: Finding
    /// Why it could not be mended; nil when it was.
    public let failure: String?
}
