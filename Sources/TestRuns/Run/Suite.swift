import GuestAccess
import HostSupport
import SystemPackage

/// pytest's run in the guest.
struct Suite {
    let run: TestRun
    /// The project's folder in the guest.
    let folder: String

    private static let reportFile = "/run/quiver-junit.xml"

    /// Runs pytest through the guest's helper, which ends the whole group of processes when the wait is cancelled.
    func run(helper: GuestHelper) async throws -> Int32 {
        try await helper.run(command, within: run.limits.pytest, onOutput: run.onOutput)
    }

    /// Copies the JUnit XML to the host.
    func fetchReport(to path: FilePath, helper: GuestHelper) async throws {
        let report = try await helper.collect(GuestCommand(["cat", Self.reportFile]), within: .seconds(60))
        guard report.isSuccess else {
            throw TestRunError(.syncFailed, "pytest wrote no JUnit XML: \(report.lastWords)")
        }
        try WholeFile.write(report.output, to: path, mode: [.ownerReadWrite, .groupRead, .otherRead])
    }

    var command: GuestCommand {
        var words = run.configuration.pytest
        if run.isColoured { words.append("--color=yes") }
        if run.junit != nil { words.append("--junitxml=\(Self.reportFile)") }
        words += run.pytestArguments
        var command = GuestCommand(words)
        command.user = run.configuration.user == "root" ? nil : run.configuration.user
        command.workingDirectory = folder
        // pytest's output is buffered by Python where it is no terminal; who watches wants it as it comes.
        command.environment = ["PYTHONUNBUFFERED": "1"]
        if let columns = run.columns { command.environment["COLUMNS"] = "\(columns)" }
        return command
    }
}
