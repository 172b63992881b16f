import GuestAccess
import SystemPackage

extension ProjectSync {
    /// Brings the guest's copy up to date: directly if little has changed since `known`, otherwise by comparing with
    /// the guest's files.
    ///
    /// - Parameter known: The listing of the guest's copy, possibly of another project; nil if not known.
    func update(
        since known: ProjectListing?,
        helper: GuestHelper,
        limits: TestRunLimits,
        clock: StageClock,
    ) async throws {
        var known = known
        if let other = known, other.project != project.string {
            let copy = Self.destination(of: FilePath(other.project))
            known = copy == destination ? nil : initialListing
            // The template was made for that other project; its copy does not concern this one.
            if copy != destination {
                _ = try await helper.collect(GuestCommand(["rm", "-rf", copy]), within: limits.setup)
            }
        }
        if let update = try await smallUpdate(since: known) {
            return try await clock.time(.sync, note: { _ in update.change.summary }) {
                try await apply(update, helper, within: limits.setup)
            }
        }
        let notes = SyncNotes(clock: clock)
        try await clock.time(.sync) { try await upload(helper: helper, onProgress: notes.show) }
    }

    /// The guest's files of the project before it is first copied; nil if the bake already copied it, since the setup
    /// commands may have added files.
    var initialListing: ProjectListing? {
        guard configuration.setup.isEmpty else { return nil }
        return ProjectListing(project: project.string, selection: selection, entries: [:])
    }

    /// A change, with the data that the guest needs for it.
    private struct Update {
        let change: ProjectChange
        let files: [GuestFile]
    }

    /// The helper's update; nil if it is large, unknown, or still changing.
    private func smallUpdate(since known: ProjectListing?) async throws -> Update? {
        guard let known, let now = try await ProjectListing(project, selection: selection),
            let change = ProjectChange(from: known, to: now), change.isSmall,
            let files = now.files(change.written)
        else { return nil }
        return Update(change: change, files: files)
    }

    private func apply(_ update: Update, _ helper: GuestHelper, within limit: Duration) async throws {
        guard !update.change.isEmpty else { return }
        do {
            try await helper.write(
                update.files,
                removing: update.change.removed,
                below: destination,
                for: nil,
                within: limit,
            )
        } catch let error as GuestAccessError where error.code == .helperRefused {
            throw TestRunError(.syncFailed, "cannot copy the changes into the guest: \(error)", cause: error)
        }
    }
}
