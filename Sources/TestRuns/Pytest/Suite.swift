import GuestAccess
import HostSupport
import SystemPackage
import WireJSON

/// pytest's run in the guest.
struct Suite {
    /// The project's directory in the guest.
    let directory: String
    let configuration: ProjectConfiguration
    /// Arguments added to the pytest command.
    let arguments: [String]
    let limits: TestRunLimits
    let onOutput: OutputHandler
    /// Whether pytest writes its JUnit XML.
    let writesJUnit: Bool
    /// Whether each test is recorded for the report.
    let records: Bool
    let isColoured: Bool
    /// The width of the terminal that shows the output, in columns; nil lets pytest use its own default.
    let columns: Int?

    /// The environment of every Python that becomes pytest: output is shown as it comes, but Python would buffer it
    /// without a terminal.
    static let environment = ["PYTHONUNBUFFERED": "1"]

    /// Where pytest writes its JUnit XML in the guest.
    static let reportFile = "/run/quiver-junit.xml"

    /// Runs pytest through the guest's helper, which ends the whole process group when the wait is cancelled.
    func run(helper: GuestHelper, waiting: WaitingPytest?) async throws -> Int32 {
        let request = try await begin(helper: helper, waiting: waiting)
        let program = command.words.first ?? ""
        return try await helper.status(of: request, program: program, within: limits.pytest)
    }

    /// Starts pytest, or continues with the one that waits in the fork.
    ///
    /// - Returns: The number of the request whose answer says how pytest ended.
    func begin(helper: GuestHelper, waiting: WaitingPytest?) async throws -> Int {
        if let waiting, try await waiting.continueRun(as: command, onOutput: onOutput) { return waiting.request }
        return try helper.begin(command, onOutput: onOutput)
    }

    /// Installs the recorder in the guest, if a report is requested.
    func installRecorder(helper: GuestHelper) async throws {
        guard records else { return }
        let command = PytestPlugin.recorderInstallation(user: user)
        let installed = try await helper.collect(command, within: limits.setup)
        guard installed.isSuccess else {
            throw TestRunError(.noPytest, "cannot write the recorder in the guest: \(installed.lastWords)")
        }
    }

    /// Reads the recorder's file into the report; a pytest that could not start has written nothing.
    func fetchRecord(into gathered: RunReport, helper: GuestHelper) async throws {
        guard records else { return }
        let record = try await helper.collect(PytestPlugin.readingOfRecord, within: .seconds(60), keep: 256 << 20)
        guard record.isSuccess else { return }
        do {
            gathered.note(try JSON.parse(record.output).decode(as: TestRecord.self))
        } catch {
            throw TestRunError(.syncFailed, "cannot read pytest's report: \(error)", cause: error)
        }
    }

    /// The user that runs pytest; nil is root.
    var user: String? { configuration.user == "root" ? nil : configuration.user }

    var command: GuestCommand {
        var words = configuration.pytest
        if isColoured { words.append("--color=yes") }
        if writesJUnit { words.append("--junitxml=\(Self.reportFile)") }
        words += arguments
        var command = GuestCommand(words)
        command.user = user
        command.workingDirectory = directory
        command.environment = PytestPlugin.environment(
            checkpoint: configuration.isolate == .none ? nil : configuration.checkpoint,
            records: records,
        )
        command.environment.merge(Self.environment) { $1 }
        if let columns = columns { command.environment["COLUMNS"] = "\(columns)" }
        return command
    }
}
