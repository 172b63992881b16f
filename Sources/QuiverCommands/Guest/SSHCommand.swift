import ArgumentParser
import GuestAccess
import HostSupport
import Machines
import SystemPackage

/// The command `quiver ssh`.
struct SSHCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh",
        abstract: "Open a shell in a machine, or run a command there.",
        discussion: """
            Without a command, open a login shell. The exit status is the command's. A single argument is a command line \
            for the guest's shell, as with ssh; several are passed to the command unchanged.

              quiver ssh vm1
              quiver ssh vm1 -- uname -a
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "The user to log in as (default: the image's default user).")
    var user: String?

    @Option(help: "How long to keep trying while the guest is not ready, e.g. 2m.")
    var timeout = TimeLimitArgument(.seconds(60))

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func run() async throws {
        // Only the endpoint is asked from the machine: other commands need its monitor while a shell is open.
        var endpoint = try await withAttachedMachine(name) { try $0.ssh() }
        endpoint.user = user ?? endpoint.user
        try await endpoint.waitUntilReachable(within: timeout.duration, isProvisioned: true)
        // A shell needs a terminal; a command only gets one if its output goes to one.
        let isInteractive = FileDescriptor.standardInput.isTerminal && FileDescriptor.standardOutput.isTerminal
        let status = try await endpoint.interact(line, terminal: isInteractive)
        guard status == 0 else { throw PassedOnStatus(code: status) }
    }

    private var line: String? {
        switch command.count {
        case 0: nil
        case 1: command[0]
        default: ShellWords.joined(command)
        }
    }
}
