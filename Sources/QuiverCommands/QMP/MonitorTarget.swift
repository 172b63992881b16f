import ArgumentParser
import Machines
import QMPClient
import QMPCore
import SystemPackage

/// The options that select a monitor.
struct MonitorTarget: ParsableArguments {
    @Option(help: ArgumentHelp("The machine whose monitor to use.", valueName: "name"))
    var vm: String?

    @Option(help: ArgumentHelp("The path of a QMP unix socket.", valueName: "path"), transform: { FilePath($0) })
    var socket: FilePath?

    @Option(
        help: ArgumentHelp("Record the whole conversation to this file.", valueName: "file"),
        transform: { FilePath($0) }
    )
    var record: FilePath?

    /// Whether a monitor was given, for commands that do not require one.
    var isNamed: Bool { vm != nil || socket != nil }

    /// Connects, runs `body`, and closes.
    /// - Parameter limit: The time limit for connecting, and for each command without its own deadline; nil keeps
    ///   the defaults.
    func withConnection<Value>(
        within limit: Duration? = nil,
        _ body: (QMPConnection) async throws -> Value,
    ) async throws -> Value {
        var options = QMPOptions()
        if let limit {
            options.connectDeadline = min(options.connectDeadline, limit)
            options.commandDeadline = limit
        }
        if let record {
            do { options.wireLog = try QMPRecorder(record) } catch {
                throw CommandFailure(.cannotCreate, "\(record): cannot record: \(error)", cause: error)
            }
        }
        let (path, process) = try monitor()
        options.processID = process
        return try await QMPConnection.withConnection(to: .unix(path), options: options, body)
    }

    /// The socket, and QEMU's process id if known.
    private func monitor() throws -> (path: FilePath, process: Int32?) {
        // Not in `validate`: options before the subcommand's name belong to its parent, which then only has a part of
        // them.
        guard (vm == nil) != (socket == nil) else {
            throw ValidationError("no monitor given: use either --vm NAME or --socket PATH")
        }
        if let socket { return (socket, nil) }
        guard let vm else { throw ValidationError("no monitor given: use either --vm NAME or --socket PATH") }
        let store = MachineStore()
        let status = try store.status(of: vm)
        guard status.state == .running else {
            throw CommandFailure(.failed, "machine \(vm): not running; start it with: quiver start \(vm)")
        }
        return (store.directory(of: vm).peoplesSocket, status.process?.processID)
    }
}
