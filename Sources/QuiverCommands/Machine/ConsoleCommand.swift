import ArgumentParser
import HostSupport
import Machines
import SystemPackage

/// The command `quiver console`.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Attach to a machine's serial console (detach with Ctrl-]).",
        discussion: """
            Without a terminal, standard input goes to the guest and the guest's output to standard output, until standard \
            input ends or the machine stops.

              quiver console vm1
              quiver console vm1 --log
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Flag(help: "Print the console's output since the machine was started, without attaching.")
    var log = false

    func run() async throws {
        let store = MachineStore()
        let directory = store.directory(of: name)
        let status = try store.status(of: name)
        if log {
            try printLog(directory.consoleLog)
            return
        }
        guard status.state == .running else {
            throw CommandFailure(.failed, "machine \(name): not running; --log prints its console output")
        }
        let isTaken = try await withAttachedMachine(name) { try await $0.isConsoleInUse() }
        guard !isTaken else {
            throw CommandFailure(
                .failed,
                "machine \(name): its console is in use by another client; "
                    + "--log prints its output",
            )
        }
        try await ConsoleSession(socket: directory.consoleSocket, name: name).run()
    }

    /// Prints the log in pieces, since it may have megabytes; a machine that was never started has none.
    private func printLog(_ path: FilePath) throws {
        let log: FileDescriptor
        do {
            log = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch Errno.noSuchFileOrDirectory {
            return
        } catch {
            throw FileFailure.reading(path, error as? Errno ?? .ioError)
        }
        try log.closeAfter {
            if log.skipHole() {
                StandardError.write("quiver: what the guest printed before this was too much to keep")
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count: Int
                do {
                    count = try buffer.withUnsafeMutableBytes { try log.read(into: $0) }
                } catch {
                    throw FileFailure.reading(path, error as? Errno ?? .ioError)
                }
                guard count > 0, try StandardOutput.passOn(Array(buffer.prefix(count))) else { return }
            }
        }
    }
}
