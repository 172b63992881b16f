import HostSupport
import HostTools
import LibC
import PatienceForTests
import Subprocess
import SystemPackage
import Testing

/// What is left when a test run is cut short: nothing.
@Suite(.hangLimit(minutes: 5)) struct InterruptionTests {
    @Test func `Ctrl-C ends a test run with status 130 and leaves no process, socket or overlay`() async throws {
        try await QuiverProcess.withHome { quiver in
            let outcome = try await cutShort(quiver) { quiverID, _ in
                try #require(kill(quiverID, SIGINT) == 0)
            }
            #expect(outcome.status == 130)
            #expect(outcome.errors.contains("quiver: interrupted"))
            try await expectNothingLeft(of: quiver, outcome.qemu)
        }
    }

    @Test func `a signal that comes twice at once, as coreutils' timeout sends it, is one request`() async throws {
        try await QuiverProcess.withHome { quiver in
            let outcome = try await cutShort(quiver) { quiverID, _ in
                for _ in 0..<2 {
                    try #require(kill(quiverID, SIGTERM) == 0)
                    usleep(20_000)
                }
            }
            #expect(outcome.status == 128 + SIGTERM)
            #expect(outcome.errors.contains("quiver: interrupted"))
            try await expectNothingLeft(of: quiver, outcome.qemu)
        }
    }

    @Test func `a test run whose QEMU is killed says so in one line and leaves nothing`() async throws {
        try await QuiverProcess.withHome { quiver in
            let outcome = try await cutShort(quiver) { _, qemuID in
                try #require(kill(qemuID, SIGKILL) == 0)
            }
            #expect(outcome.status == 1)
            let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("SIGKILL") == true, "\(outcome.errors)")
            try await expectNothingLeft(of: quiver, outcome.qemu)
        }
    }

    @Test func `a test run that is killed itself takes its machine with it`() async throws {
        try await QuiverProcess.withHome { quiver in
            let outcome = try await cutShort(quiver) { quiverID, _ in
                try #require(kill(quiverID, SIGKILL) == 0)
            }
            #expect(outcome.status == 128 + SIGKILL)
            try await expectNothingLeft(of: quiver, outcome.qemu)
        }
    }

    private struct Outcome {
        let status: Int32
        let errors: String
        let qemu: Int32
    }

    /// Begins a test run, and cuts it short as soon as its QEMU runs.
    private func cutShort(
        _ quiver: QuiverProcess,
        _ cut: (_ quiverID: Int32, _ qemuID: Int32) throws -> Void,
    ) async throws -> Outcome {
        let result = try await Subprocess.run(
            .path(QuiverProcess.program),
            arguments: ["test", QuiverProcess.netlab.string],
            environment: .inherit.updating(["QUIVER_HOME": quiver.home.string]),
            input: .none,
            output: .discarded,
            error: .sequence,
        ) { execution in
            async let errors = {
                var text = ""
                for try await line in execution.standardError.strings() { text += line + "\n" }
                return text
            }()
            let qemu = try await runningQEMU(of: quiver)
            try cut(execution.processIdentifier.value, qemu)
            return (errors: try await errors, qemu: qemu)
        }
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Outcome(status: status, errors: result.closureResult.errors, qemu: result.closureResult.qemu)
    }

    private func runningQEMU(of quiver: QuiverProcess) async throws -> Int32 {
        let limit = Patience.seconds(60)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let found = try await ToolRun.run("pgrep", ["-f", "qemu-system.*guest=(test|bake|warm).*\(quiver.home)"])
            if let id = found.output.split(separator: "\n").first.flatMap({ Int32($0) }) { return id }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DeadlineExceeded(limit: limit, waitedFor: "QEMU to run")
    }

    private func expectNothingLeft(of quiver: QuiverProcess, _ qemu: Int32) async throws {
        let end = ContinuousClock.now + Patience.seconds(30)
        while kill(qemu, 0) == 0 || !leftovers(of: quiver).isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(kill(qemu, 0) != 0, "QEMU still runs")
        #expect(leftovers(of: quiver).isEmpty)
    }

    private func leftovers(of quiver: QuiverProcess) -> [String] {
        Directory.names(in: quiver.home.appending("cache/scoped")) + Directory.names(in: quiver.home.appending("run"))
    }
}
