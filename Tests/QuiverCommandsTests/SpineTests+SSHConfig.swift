import HostSupport
import HostTools
import SystemPackage
import Testing

extension SpineTests {
    @Test func `ssh and rsync reach a machine by the configuration that is printed`() async throws {
        let machine = "vm1"
        let printed = try await quiver.run("ssh-config", machine)
        try #require(printed.status == 0, "\(printed.errors)")
        let file = quiver.home.appending("ssh-config")
        try WholeFile.write(printed.output.utf8, to: file)

        let uname = try await ToolRun.run("ssh", ["-F", file.string, machine, "uname", "-s"])
        #expect(uname.status == 0 && uname.output == "Linux\n", "\(uname)")
        let copied = try await ToolRun.run(
            "rsync",
            ["-e", "ssh -F \(file)", file.string, "\(machine):/tmp/copied"],
        )
        #expect(copied.status == 0, "\(copied)")
        let copy = try await ToolRun.run("ssh", ["-F", file.string, machine, "cat", "/tmp/copied"])
        #expect(copy.output == printed.output, "\(copy)")
    }
}
