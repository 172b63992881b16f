import GuestAccess
import HostSupport
import SystemPackage

/// Copies a project into a guest, and its artifacts back.
struct ProjectSync {
    let project: FilePath
    let configuration: ProjectConfiguration
    let ssh: SSHEndpoint

    /// The project's folder in the guest.
    var destination: String { Self.destination(of: project) }

    /// The folder in the guest that has the projects.
    static let projects = "/srv"

    static func destination(of project: FilePath) -> String {
        "\(projects)/\(project.lastComponent?.string ?? "project")"
    }

    /// What of the project is copied.
    var selection: FileSelection {
        FileSelection(
            include: configuration.include,
            exclude: configuration.exclude + FileSelection.standardExclusions,
        )
    }

    /// Makes the guest's copy like the host's folder, less what the project excludes.
    ///
    /// - Parameter onProgress: Receives how much has been copied.
    func upload(helper: GuestHelper?, onProgress: @escaping ProgressHandler = { _ in }) async throws {
        do {
            let copy = GuestCopy(helper: helper, ssh: ssh, asRoot: true, onProgress: onProgress)
            try await copy.synchronize(project, to: destination, selecting: selection)
        } catch let error as GuestAccessError {
            throw TestRunError(.syncFailed, "\(error)", cause: error)
        }
    }

    /// Copies the artifacts that exist back into the host's folder.
    ///
    /// - Parameter onNote: Receives what a guest must not give to a host and was left out, a line each.
    func downloadArtifacts(helper: GuestHelper?, onNote: @escaping @Sendable (String) -> Void) async throws {
        guard !configuration.artifacts.isEmpty else { return }
        do {
            let copy = GuestCopy(helper: helper, ssh: ssh, asRoot: true, onNote: onNote)
            try await copy.collect(configuration.artifacts, below: destination, to: project)
        } catch let error as GuestAccessError {
            throw TestRunError(.syncFailed, "cannot copy the artifacts: \(error)", cause: error)
        }
    }
}
