import Testing
import WireJSON

@testable import GuestAccess

@Suite struct CloudInitStatusTests {
    /// What Debian 12's cloud-init 22.4 wrote in a guest without its locales.
    private static let failedModule = #"""
        {"v1": {"datasource": "DataSourceNoCloud [seed=/dev/vdb][dsmode=net]",
         "init": {"errors": [], "finished": 1795411303.46, "start": 1795411292.52},
         "init-local": {"errors": [], "finished": 1795411286.87, "start": 1795411285.29},
         "modules-config": {"errors": ["('locale', ProcessExecutionError(\"Unexpected error while running command.\\nCommand: ['update-locale', 'LANG=en_US.UTF-8']\\nExit code: 255\\nReason: -\\nStdout: -\\nStderr: -\"))"],
          "finished": 1795411312.84, "start": 1795411308.61},
         "modules-final": {"errors": [], "finished": 1795411316.71, "start": 1795411315.1},
         "modules-init": {"errors": [], "finished": null, "start": null}, "stage": null}}
        """#

    @Test func `a failed module is named with its command and exit code`() throws {
        let status = try CloudInitStatus(status: JSON.parse(Self.failedModule), result: [:], logLines: ["line"])
        #expect(status.state == .error)
        #expect(status.dataSource == "DataSourceNoCloud [seed=/dev/vdb][dsmode=net]")
        #expect(
            status.problems.map(\.description) == [
                "module locale: Unexpected error while running command.; "
                    + "Command: ['update-locale', 'LANG=en_US.UTF-8']; Exit code: 255"
            ]
        )
        #expect(status.problems.first?.stage == "modules-config")
        #expect(status.logLines == ["line"])
    }

    @Test(arguments: [
        (
            #"{"v1": {"init": {"errors": [], "start": 1.5, "finished": 2.5}, "stage": null}}"#,
            CloudInitStatus.State.done
        ),
        (#"{"v1": {"init": {"errors": [], "recoverable_errors": {"WARNING": ["odd"]}, "start": 1}}}"#, .degraded),
        (#"{"v1": {"init": {"errors": [], "recoverable_errors": {"DEPRECATED": ["old"]}, "start": 1}}}"#, .done),
        (#"{"v1": {"init": {"errors": ["plain words"], "start": 1}}}"#, .error),
    ])
    func `the files of an ended run give its state`(status: String, expected: CloudInitStatus.State) throws {
        #expect(try CloudInitStatus(status: JSON.parse(status), result: [:]).state == expected)
    }

    @Test(arguments: [
        (#"{"v1": {"init": {"errors": [], "start": 1.5}}}"#, CloudInitStatus.State.running),
        (#"{"v1": {"init": {"errors": [], "start": null}, "stage": null}}"#, .notRun),
    ])
    func `without a result the run has not ended`(status: String, expected: CloudInitStatus.State) throws {
        let read = try CloudInitStatus(status: JSON.parse(status), result: nil)
        #expect(read.state == expected)
        #expect(!read.hasEnded)
    }

    @Test(arguments: [
        (#"{"status": "done", "errors": []}"#, Int32(0), CloudInitStatus.State.done),
        (
            #"{"status": "done", "extended_status": "degraded done", "recoverable_errors": {"WARNING": ["w"]}}"#, 2,
            .degraded
        ),
        (#"{"status": "error", "errors": ["('ntp', RuntimeError('no ntp client'))"]}"#, 1, .error),
        (#"{"status": "running"}"#, 0, .running),
        (#"{"status": "disabled"}"#, 0, .disabled),
        (#"{"status": "not run"}"#, 0, .notRun),
    ])
    func `the status command's output and exit code give the state`(
        output: String,
        exit: Int32,
        expected: CloudInitStatus.State,
    ) throws {
        #expect(try CloudInitStatus(commandOutput: JSON.parse(output), exitStatus: exit).state == expected)
    }

    @Test func `an exception's message is told without its Python`() {
        let problem = CloudInitStatus.Problem(
            text: "('ntp', RuntimeError('no ntp client'))",
            stage: nil,
            isRecoverable: false,
        )
        #expect(problem.description == "module ntp: no ntp client")
    }

    @Test func `a status of another shape is refused with the member's path`() {
        #expect(throws: JSONError.self) { try CloudInitStatus(status: ["v1": []], result: nil) }
        #expect(throws: JSONError.self) { try CloudInitStatus(commandOutput: [:], exitStatus: 0) }
    }

    private static let logs = [
        "2026-11-25 20:00:01,1 - util.py[WARNING]: Running module package-update-upgrade-install (<module>) failed",
        "2026-11-25 20:00:02,2 - util.py[WARNING]: Running module scripts-user (<module>) failed",
        "Cloud-init v. 22.4.2 running 'modules:final' at Wed, 25 Nov 2026 20:00:00 +0000. Up 12.31 seconds.",
        "E: Unable to locate package no-such-package",
        "2026-11-25 20:00:01,1 - util.py[WARNING]: Failed to install packages: ['no-such-package']",
        "2026-11-25 20:00:01,1 - util.py[WARNING]: Running module package-update-upgrade-install (<module>) failed",
        "reading the table", "the table is empty",
        "2026-11-25 20:00:02,2 - cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /var/lib)",
        "2026-11-25 20:00:02,2 - util.py[WARNING]: Running module scripts-user (<module>) failed",
        "Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026 20:00:03 +0000. Datasource DataSourceNoCloud",
    ]

    @Test(arguments: [
        ("scripts_user", logs, "module scripts_user: m (last words: the table is empty)"),
        (
            "package-update-upgrade-install", logs,
            "module package-update-upgrade-install: m (last words: E: Unable to locate package no-such-package)"
        ),
        ("timezone", logs, "module timezone: m"),
        ("scripts_user", [], "module scripts_user: m"),
        ("scripts_user", Array(logs[1...2] + logs[9...]), "module scripts_user: m"),
    ])
    func `a problem is told with what its command said last`(module: String, log: [String], expected: String) {
        let problem = CloudInitStatus.Problem(stage: nil, module: module, message: "m", isRecoverable: false)
        let status = CloudInitStatus(state: .error, problems: [problem], logLines: log)
        #expect(status.explanations == [expected])
    }
}
