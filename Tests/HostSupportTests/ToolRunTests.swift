import HostSupport
import HostTools
import Testing

@Suite struct ToolRunTests {
    @Test func `output, errors and exit status come back`() async throws {
        let outcome = try await ToolRun.run(
            "sh",
            ["-c", "echo out; echo $WORD >&2; exit 3"],
            environment: ["WORD": "err"]
        )
        #expect(outcome.status == 3)
        #expect(outcome.output == "out\n")
        #expect(outcome.lastWords == "err")
    }

    @Test func `a program that a signal ends has a shell's status`() async throws {
        let outcome = try await ToolRun.run("sh", ["-c", "kill -9 $$"])
        #expect(outcome.status == 137)
    }

    @Test func `a program that is not there is named`() async throws {
        let error = await #expect(throws: ToolMissing.self) { _ = try await ToolRun.run("no-such-tool-anywhere") }
        #expect(error?.tool == "no-such-tool-anywhere")
    }

    @Test func `a wait that lasts too long says what it waited for`() async throws {
        let error = await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(20), waitingFor: "the cows") {
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(error?.description == "gave up after 20 ms waiting for the cows")
    }
}
