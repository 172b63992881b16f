import ArgumentParser
import GuestAccess
import Machines

/// The command `quiver exec`.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command as root in a machine, without a network.",
        discussion: """
            The command goes through the guest's helper, not through ssh, and no shell takes it apart. Its output streams
            through, and the exit status is its own.
              quiver exec vm1 -- systemctl is-system-running
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "The user that runs the command.")
    var user = "root"

    @Option(help: "The folder to run it in; the user's home unless given.")
    var directory: String?

    @Option(help: "End the command when it runs longer, as in 90s.")
    var timeout: DurationArgument?

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String]

    func run() async throws {
        let status = try await withAttachedMachine(name) { machine in
            let helper = try machine.helper()
            defer { helper.close() }
            _ = try await helper.hello(within: .seconds(30))
            var guestCommand = GuestCommand(command)
            guestCommand.user = user == "root" ? nil : user
            guestCommand.workingDirectory = directory
            return try await helper.run(guestCommand, within: timeout?.duration, onOutput: StandardOutput.write)
        }
        guard status == 0 else { throw PassedOnStatus(code: status) }
    }
}
