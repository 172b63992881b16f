import HostTools
import PatienceForTests
import SystemPackage
import Testing

extension SpineTests {
    /// The README's first program, as it stands there; it boots a machine of its own.
    @Test func `the first program boots a guest, changes it, and restores it`() async throws {
        let program = QuiverProcess.program.removingLastComponent().appending("first-machine")
        let outcome = try await ToolRun.run(program.string, environment: ["QUIVER_HOME": quiver.home.string])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        try #require(lines.count == 3, "\(outcome.output)")
        #expect(lines[0].hasPrefix("The guest runs Linux "))
        #expect(lines[1].hasPrefix("/etc is back after ") && lines[1].hasSuffix("the guest is running"))
        #expect(lines[2].hasPrefix("It has ") && lines[2].hasSuffix(" entries"))
    }
}
