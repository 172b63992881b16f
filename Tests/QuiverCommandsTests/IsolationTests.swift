import HostSupport
import HostTools
import LibC
import PatienceForTests
import Quantities
import Subprocess
import SystemPackage
import Testing

/// Suites whose tests run in forks, each run a process of its own, with real guests; all go on from one warm machine,
/// which is kept for the next run of these tests.
@Suite(.serialized, .keptWarmMachine, .hangLimit(minutes: 10)) struct IsolationTests {
    let quiver: QuiverProcess

    init() throws { quiver = try QuiverProcess.current }

    static let projects = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("Projects")

    struct Run {
        let status: Int32
        let output: String
        let errors: String
        /// JUnit's XML; empty when none was asked for.
        var junit = ""

        /// pytest's last line, as in `1 failed, 2 passed`.
        var summary: String {
            let last = output.split(separator: "\n").last { $0.hasPrefix("=") || $0.contains(" in ") } ?? ""
            return last.split(separator: " in ")[0].filter { $0 != "=" }.trimmed
        }

        /// The values of a property, in the order of the tests.
        func values(of property: String) -> [String] {
            junit.matches(of: /<property name="([^"]*)" value="([^"]*)"/).filter { $0.output.1 == property }
                .map { String($0.output.2) }
        }
    }

    static func run(
        _ quiver: QuiverProcess,
        _ project: String,
        _ arguments: [String],
        pytest: [String] = [],
        junit: Bool = false,
    ) async throws -> Run {
        let report = quiver.home.appending("junit.xml")
        let all =
            ["test", projects.appending(project).string] + arguments + (junit ? ["--junit", report.string] : [])
            + (pytest.isEmpty ? [] : ["--"] + pytest)
        let outcome = try await quiver.run(all)
        return Run(
            status: outcome.status,
            output: outcome.output,
            errors: outcome.errors,
            junit: junit ? (try? WholeFile.readText(report)) ?? "" : "",
        )
    }

    @Test func `terminal, JUnit and exit code are pytest's own, however far tests are kept apart`() async throws {
        let plain = try await Self.run(quiver, "outcomes", ["--isolate", "none"], junit: true)
        #expect(plain.status == 1, "\(plain.errors)")
        #expect(plain.summary.contains("5 failed"), "\(plain.output)")
        for isolation in ["test", "file"] {
            let isolated = try await Self.run(quiver, "outcomes", ["--isolate", isolation, "-n", "2"], junit: true)
            #expect(isolated.status == plain.status, "\(isolated.errors)")
            expectSame(Self.steady(isolated.output), Self.steady(plain.output), "output with --isolate \(isolation)")
            expectSame(Self.steady(isolated.junit), Self.steady(plain.junit), "JUnit with --isolate \(isolation)")
        }
    }

    @Test func `what fixtures of modules set up before the freeze is there in every test`() async throws {
        let plain = try await Self.run(quiver, "scopes", ["--isolate", "none"], junit: true)
        let isolated = try await Self.run(quiver, "scopes", ["--isolate", "test", "-n", "2"], junit: true)
        #expect(isolated.status == plain.status, "\(isolated.output)\(isolated.errors)")
        expectSame(Self.steady(isolated.junit), Self.steady(plain.junit), "JUnit with fixtures of modules")
    }

    @Test func `tests are selected by name and by mark`() async throws {
        let byName = try await Self.run(quiver, "outcomes", ["--isolate", "test"], pytest: ["-q", "-k", "characters"])
        #expect(byName.status == 0, "\(byName.errors)")
        #expect(byName.summary == "8 passed, 22 deselected", "\(byName.output)")
        let byMark = try await Self.run(quiver, "outcomes", ["--isolate", "file"], pytest: ["-q", "-m", "slow"])
        #expect(byMark.summary == "9 passed, 21 deselected", "\(byMark.output)")
        let nothing = try await Self.run(quiver, "outcomes", ["--isolate", "test"], pytest: ["-k", "no_such_test"])
        #expect(nothing.status == 5, "\(nothing.output)\(nothing.errors)")
    }

    @Test func `what failed in the run before is known, whichever machine it failed in`() async throws {
        _ = try await Self.run(
            quiver,
            "outcomes",
            ["--isolate", "test", "-n", "2"],
            pytest: ["--cache-clear", "-k", "test_other"]
        )
        let failed = try await Self.run(quiver, "outcomes", ["--isolate", "test"], pytest: ["--lf", "-v"])
        #expect(failed.summary.hasPrefix("1 failed"), "\(failed.output)")
        #expect(failed.output.contains("test_other.py::test_fails_too"))
        let first = try await Self.run(
            quiver,
            "outcomes",
            ["--isolate", "file"],
            pytest: ["--ff", "-v", "-k", "test_other"]
        )
        let lines = first.output.split(separator: "\n").filter { $0.contains("test_other.py::") }
        #expect(lines.first?.contains("test_fails_too") == true, "\(first.output)")
    }

    @Test func `a run stops after as many failures as it was told`() async throws {
        let first = try await Self.run(quiver, "outcomes", ["--isolate", "test", "-n", "2"], pytest: ["-x"])
        #expect(first.status == 1)
        #expect(first.output.contains("stopping after 1 failures"), "\(first.output)")
        #expect(first.summary == "1 failed, 1 passed", "\(first.output)")
        let second = try await Self.run(quiver, "outcomes", ["--isolate", "file"], pytest: ["--maxfail=2"])
        #expect(second.output.contains("stopping after 2 failures"), "\(second.output)")
        #expect(second.summary == "2 failed, 1 passed", "\(second.output)")
    }

    @Test func `what cannot be collected is an error of pytest, and no test runs`() async throws {
        for isolation in ["test", "file"] {
            let broken = try await Self.run(quiver, "uncollectable", ["--isolate", isolation])
            #expect(broken.status == 2, "\(broken.output)\(broken.errors)")
            #expect(broken.output.contains("no_such_module"), "\(broken.output)")
        }
        // Nor does pytest's own end, of an error in a hook, keep anybody waiting.
        let broken = try await Self.run(quiver, "internal", ["--isolate", "test"])
        #expect(broken.status == 3, "\(broken.output)\(broken.errors)")
        #expect(broken.output.contains("a hook of the project breaks"), "\(broken.output)")
    }

    @Test func `a test that takes its interpreter or machine with it fails alone, and says how`() async throws {
        for isolation in ["test", "file"] {
            let fatal = try await Self.run(quiver, "fatal", ["--isolate", isolation, "-n", "2"])
            #expect(fatal.status == 1, "\(fatal.errors)")
            #expect(fatal.summary == "6 failed, 3 passed", "\(fatal.output)")
            for reason in [
                "the interpreter exited with status 3 during the test",
                "the interpreter exited with status 137 during the test", "the machine stopped during the test",
                "the machine was restarted during the test", "SystemExit: 4",
            ] {
                #expect(fatal.output.contains(reason), "\(reason) is not in: \(fatal.output)")
            }
        }
    }

    @Test func `a test that speaks to pytest's port itself fails, and no other because of it`() async throws {
        for isolation in ["test", "file"] {
            let forging = try await Self.run(quiver, "forging", ["--isolate", isolation], junit: true)
            #expect(forging.status == 1, "\(forging.errors)")
            #expect(forging.summary == "9 failed, 7 passed", "\(forging.output)")
            for reason in [
                "something in its machine sent a result that is not pytest's",
                "pytest's report of the test is malformed",
                "something in its machine claimed that all tests have run", "two results of it arrived", "its own",
            ] {
                #expect(forging.output.contains(reason), "\(reason) is not in: \(forging.output)")
            }
            #expect(forging.junit.contains("tests=\"16\"") && forging.junit.contains("failures=\"9\""))
        }
    }

    @Test func `a machine is frozen after the fixtures that the project names`() async throws {
        let fixtures = try await Self.run(quiver, "prepared", ["--isolate", "test", "-n", "2"])
        #expect(fixtures.summary == "4 passed, 1 skipped", "\(fixtures.output)\(fixtures.errors)")
        let chosen = try await Self.run(quiver, "chosen", ["--isolate", "test"])
        #expect(chosen.summary == "3 passed", "\(chosen.output)\(chosen.errors)")
    }

    /// F27, F28 and F29: time from the host, timers that neither storm nor sleep, and nothing random twice.
    @Test func `nothing random comes twice`() async throws {
        let random = try await Self.run(quiver, "random", ["--isolate", "test", "-n", "2"], junit: true)
        #expect(random.summary.hasPrefix("5 passed"), "\(random.output)\(random.errors)")
        for property in ["random", "uuid", "secret", "urandom", "openssl", "mktemp"] {
            let values = random.values(of: property)
            #expect(values.count == 3 && Set(values).count == 3, "\(property): \(values)")
        }
        let seeded = try await Self.run(quiver, "seeded", ["--isolate", "test"])
        #expect(seeded.summary == "2 passed", "\(seeded.output)\(seeded.errors)")
    }

    @Test func `a test that never ends costs its own outcome, or by another deadline the run`() async throws {
        // The other tests must be done in this time.
        let limit = ["--test-timeout", Patience.option(seconds: 5)]
        let one = try await Self.run(quiver, "endless", ["--isolate", "test", "-n", "2"] + limit)
        #expect(one.status == 1, "\(one.errors)")
        #expect(one.summary == "1 failed, 2 passed", "\(one.output)")
        let words = "the test did not finish within \(Patience.seconds(5).shortText) and was killed with its machine"
        #expect(one.output.contains(words), "\(one.output)")
        let all = try await Self.run(quiver, "endless", ["--isolate", "test", "--timeout", "15s"])
        #expect(all.status == 75, "\(all.errors)")
        let reason = "quiver: gave up after 15.0 s waiting for pytest to run the tests"
        #expect(all.errors.contains(reason), "\(all.errors)")
    }

    @Test func `what a run that is killed among its forks leaves is explained, and taken away`() async throws {
        let project = Self.projects.appending("endless").string
        _ = try await Subprocess.run(
            .path(QuiverProcess.program),
            arguments: Arguments(QuiverProcess.patient(["test", project, "--isolate", "test", "-n", "2"])),
            environment: .inherit.updating(["QUIVER_HOME": quiver.home.string]),
            input: .none,
            output: .discarded,
            error: .discarded,
        ) { execution in
            // The one that reports, the one whose test never ends, and one kept ready.
            try await Self.wait("three machines") { try await Self.machines(of: quiver) >= 3 }
            try #require(kill(execution.processIdentifier.value, SIGKILL) == 0)
        }
        try await Self.wait("all machines to end") { try await Self.machines(of: quiver) == 0 }
        let found = try await quiver.run("doctor")
        #expect(found.output.contains("template left behind by a test run that was killed"), "\(found.output)")
        let fixed = try await quiver.run("doctor", "--mend")
        #expect(fixed.errors.contains("fixed: "), "\(fixed.errors)")
    }

    private static func machines(of quiver: QuiverProcess) async throws -> Int {
        let found = try await ToolRun.run("pgrep", ["-f", "qemu-system.*\(quiver.home)"])
        return found.output.split(separator: "\n").count
    }

    private static func wait(_ what: String, until holds: () async throws -> Bool) async throws {
        let limit = Patience.seconds(120)
        let end = ContinuousClock.now + limit
        while try await !holds() {
            guard ContinuousClock.now < end else { throw DeadlineExceeded(limit: limit, waitedFor: what) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// A text without what differs from run to run of the same suite.
    private static func steady(_ text: String) -> String {
        text.replacing(/time="[^"]*"/, with: "time").replacing(/timestamp="[^"]*"/, with: "timestamp")
            .replacing(#/ in [0-9.]+s( \([0-9:]+\))?/#, with: "").replacing(/0x[0-9a-f]+/, with: "0x")
            .replacing(/=+/, with: "=").replacing(/-[0-9]+\//, with: "-N/")
    }

    /// Compares line by line, so that a difference is told by the lines that differ.
    private func expectSame(_ found: String, _ wanted: String, _ what: String) {
        let (found, wanted) = (found.split(separator: "\n"), wanted.split(separator: "\n"))
        let changes = found.difference(from: wanted).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
        #expect(changes.isEmpty, "\(what):\n\(changes.joined(separator: "\n"))")
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
