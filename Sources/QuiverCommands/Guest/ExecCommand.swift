import ArgumentParser
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage

/// The command `quiver exec`.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command in a machine, as root, without using its network.",
        discussion: """
            The command is run by Quiver's helper in the guest, not through ssh: no shell parses it and it has no \
            terminal. Output is shown as it comes, and the exit status is the command's.

              quiver exec vm1 -- systemctl is-system-running
              quiver exec vm1 --stdin -- tee /etc/motd < motd
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "The user to run the command as.")
    var user = "root"

    @Option(help: "The directory to run it in (default: the user's home directory, / for root).")
    var directory: String?

    @Option(help: "Kill the command if it runs longer than this, e.g. 90s; also limits connecting (default: no limit).")
    var timeout: TimeLimitArgument?

    @Flag(
        name: [.customShort("i"), .customLong("stdin")],
        help: "Read standard input to its end and pass it to the command."
    )
    var passesInput = false

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String]

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user: is empty; leave it out to run as root") }
    }

    func run() async throws {
        // The helper has its own channel: other commands need the machine's monitor meanwhile.
        let start = ContinuousClock.now
        let limit = timeout?.duration
        let helper = try await withAttachedMachine(name, within: min(.seconds(10), limit ?? .seconds(10))) {
            try $0.helper()
        }
        defer { helper.close() }
        _ = try await helper.hello(within: min(.seconds(30), limit.map { $0 - (.now - start) } ?? .seconds(30)))
        var guestCommand = GuestCommand(command)
        guestCommand.user = user == "root" ? nil : user
        guestCommand.workingDirectory = directory
        if passesInput { guestCommand.input = try await Self.readInput() }
        let output = PassedOnOutput()
        let restore = RestoreWatch(MachineStore().directory(of: name))
        let status: Int32? = try await output.during { [guestCommand, name] in
            try await race(
                { try await helper.run(guestCommand, within: limit, onOutput: output.write) },
                {
                    try await restore.untilRestored()
                    throw CommandFailure(
                        .temporary,
                        "machine \(name): a snapshot was loaded while the command ran, which is gone with that state; "
                            + "run it again",
                    )
                },
            )
        }
        guard let status else { throw CancellationError() }
        guard status == 0 else { throw PassedOnStatus(code: status) }
    }

    /// The largest message that the helper's channel can carry.
    private static let inputLimit = 8 << 20

    private static func readInput() async throws -> [UInt8] {
        try await BlockingCalls.run {
            var input: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = try part.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
                guard count > 0 else { return input }
                input += part.prefix(count)
                guard input.count <= inputLimit else {
                    throw CommandFailure(
                        .usage,
                        "standard input is larger than \(ByteCount(UInt64(inputLimit))); use `quiver cp` instead"
                    )
                }
            }
        }
    }
}
