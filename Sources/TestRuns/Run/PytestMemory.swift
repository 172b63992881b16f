import GuestAccess
import HostSupport
import SystemPackage

/// What pytest remembers from run to run, for `--lf` and `--ff`: its cache folder, kept on the host in between.
///
/// It is kept apart from the project's own `.pytest_cache`, which tells of runs on the host.
struct PytestMemory {
    let helper: GuestHelper
    /// The project's folder in the guest.
    let folder: String
    private let file: FilePath

    private static let patience = Duration.seconds(30)
    /// More than this is not what pytest remembers, but what a plugin put there; 8 MiB.
    private static let limit = 8 << 20

    init(project: FilePath, home: QuiverHome, folder: String, helper: GuestHelper) {
        self.helper = helper
        self.folder = folder
        file = ProjectCache.file("pytest", ".tar", of: project, home: home)
    }

    /// Puts what the last run remembered into the guest, where pytest's user may change it; a failure is not worth
    /// failing a run for.
    ///
    /// - Parameter user: Who runs pytest; nil is root.
    func restore(for user: String?) async throws {
        let bytes = (try? WholeFile.read(file, limit: Self.limit)) ?? []
        guard !bytes.isEmpty || user != nil else { return }
        var steps = ["cd \(ShellWords.quoted(folder))", "mkdir -p .pytest_cache"]
        if !bytes.isEmpty { steps.append("tar -x -f -") }
        if let user { steps.append("chown -R \(ShellWords.quoted(user)) .pytest_cache") }
        var command = GuestCommand.shell(steps.joined(separator: " && "))
        command.input = bytes
        _ = try await helper.collect(command, within: Self.patience)
    }

    /// Keeps what this run remembers.
    func keep() async throws {
        let command = GuestCommand(["tar", "-c", "-f", "-", "-C", folder, ".pytest_cache"])
        let archive = try await helper.collect(command, within: Self.patience, keep: Self.limit)
        guard archive.isSuccess, archive.output.count < Self.limit else { return }
        try? Folder.create(file.removingLastComponent())
        try? WholeFile.write(archive.output, to: file)
    }
}
