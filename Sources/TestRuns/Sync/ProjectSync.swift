import GuestAccess
import HostSupport
import SystemPackage

/// Copies a project into a guest, and its artifacts back.
struct ProjectSync {
    let project: FilePath
    let configuration: ProjectConfiguration
    /// The guest's ssh server; nil if no network leads to it.
    let ssh: SSHEndpoint?

    /// The project's directory in the guest.
    var destination: String { Self.destination(of: project) }

    /// The guest's directory of projects.
    static let projects = "/srv"

    static func destination(of project: FilePath) -> String {
        "\(projects)/\(project.lastComponent?.string ?? "project")"
    }

    /// The files of the project to copy.
    var selection: FileSelection {
        FileSelection(
            include: configuration.include,
            exclude: configuration.exclude + FileSelection.standardExclusions,
        )
    }

    /// Makes the guest's copy match the host's directory, without what the project excludes.
    ///
    /// - Parameter onProgress: Called with the progress.
    func upload(helper: GuestHelper, onProgress: @escaping ProgressHandler = { _ in }) async throws {
        do {
            var copy = GuestCopy(helper: helper, ssh: ssh)
            copy.onProgress = onProgress
            try await copy.synchronize(project, to: destination, selecting: selection)
        } catch let error as GuestAccessError {
            throw TestRunError(.syncFailed, "\(error)", cause: error)
        }
    }

    /// Copies existing artifacts back into the host's directory.
    ///
    /// - Parameter onNote: Called with a line for each file that must not be copied from a guest and was left out.
    func downloadArtifacts(helper: GuestHelper, onNote: @escaping @Sendable (String) -> Void) async throws {
        guard !configuration.artifacts.isEmpty else { return }
        do {
            var copy = GuestCopy(helper: helper, ssh: ssh)
            copy.onNote = onNote
            try await copy.collect(configuration.artifacts, below: destination, to: project)
        } catch let error as GuestAccessError {
            throw TestRunError(.syncFailed, "cannot copy the artifacts: \(error)", cause: error)
        }
    }
}
