import HostSupport
import LibC
package import Logging
package import QAPI
import QMPClient
import QMPCore
import Quantities
package import SystemPackage

/// Whether a machine ends with the process that starts it.
public enum MachineLifetime: Hashable, Sendable {
    /// The machine ends with this process, however that ends, and its directory is removed.
    case scoped
    /// The machine outlives this process; any process can attach to it.
    case detached
}

/// Starts one machine: everything that is done before QEMU answers, and undoing it if that fails.
package struct MachineLauncher {
    package let name: String
    package let directory: MachineDirectory
    package let description: MachineDescription
    package let qemu: QEMUInstallation
    package let accelerator: Accelerator
    package let lifetime: MachineLifetime
    /// Whether QEMU loads the description's kernel; false for a short-lived machine whose guest does not reboot.
    package var loadsKernel = true
    /// How long QEMU may take until its monitor answers.
    package let deadline: Duration
    package let logger: Logger
    /// The state for a machine that waits for one; QEMU gets it as an inherited descriptor.
    package var incomingState: FilePath?
    /// The version of QEMU, if it is known from a template.
    package var qemuVersion: String?

    package init(
        name: String,
        directory: MachineDirectory,
        description: MachineDescription,
        qemu: QEMUInstallation,
        accelerator: Accelerator,
        lifetime: MachineLifetime,
        loadsKernel: Bool = true,
        deadline: Duration,
        logger: Logger,
        incomingState: FilePath? = nil,
        qemuVersion: String? = nil,
    ) {
        self.name = name
        self.directory = directory
        self.description = description
        self.qemu = qemu
        self.accelerator = accelerator
        self.lifetime = lifetime
        self.loadsKernel = loadsKernel
        self.deadline = deadline
        self.logger = logger
        self.incomingState = incomingState
        self.qemuVersion = qemuVersion
    }

    /// Takes the machine's lock, starts QEMU and waits until its monitor answers.
    package func launch() async throws -> Machine {
        try description.check(named: name, loadsKernel: loadsKernel)
        do {
            try Directory.create(directory.path)
            // Other users can create directories below /tmp too, and would control the monitors of sockets in theirs.
            try Directory.createPrivate(directory.sockets.removingLastComponent())
            try Directory.createPrivate(directory.sockets)
            try makeMemoryFile()
        } catch {
            throw MachineError.file(error, machine: name)
        }
        let lock = try await takeLock()
        clearTraces()
        let id = MachineID()
        lock.note(id.rawValue)
        let keeper = try await startKeeper(id: id, lock: lock)
        do {
            return try await connect(id: id, keeper: keeper)
        } catch {
            // The keeper's `close` would also remove the directory; a machine that failed to start keeps its logs.
            keeper.kill()
            if await keeper.hasEnded(within: Machine.endLimit) { keeper.release() }
            keeper.close()
            try? Directory.removeTree(directory.sockets)
            throw error
        }
    }

    /// Creates the file for the guest's memory, if it has one, because QEMU would make it readable by everyone.
    private func makeMemoryFile() throws(FileFailure) {
        guard case .sharedFile(let path) = description.memoryBacking, !HostFile.exists(path) else { return }
        do {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
            let file = try FileDescriptor.open(path, .readWrite, options: options, permissions: [.ownerReadWrite])
            try file.close()
        } catch {
            throw FileFailure("create", path, error as? Errno ?? .ioError)
        }
    }

    private func takeLock() async throws -> FileLock {
        do {
            if let lock = try await directory.takeLock() { return lock }
        } catch let error as FileFailure {
            throw MachineError.file(error, machine: name)
        }
        let record = try? MachineFile.read(ProcessRecord.self, from: directory.processFile, machine: name)
        if let record, directory.isLocked(by: record.id) {
            throw MachineError(.alreadyRunning, machine: name, "already running, as process \(record.processID)")
        }
        let holder = FileLock.holder(of: directory.lockFile).map { "\($0)" } ?? "unknown"
        throw MachineError(
            .alreadyRunning,
            machine: name,
            "process \(holder) is creating or starting it, or working on its disks; try again when that is done",
        )
    }

    /// Removes what an earlier run left behind; the logs of that run stay until QEMU writes new ones.
    private func clearTraces() {
        for file in [directory.exitFile, directory.processFile, directory.eventsFile, directory.pauseLock] {
            unlink(file.string)
        }
        let previous = FilePath("\(directory.consoleLog).1")
        rename(directory.consoleLog.string, previous.string)
    }

    private func startKeeper(id: MachineID, lock: borrowing FileLock) async throws -> Keeper {
        let plan = LaunchPlan(
            name: name,
            id: id,
            description: description,
            accelerator: accelerator,
            flash: try FirmwareFiles.prepare(for: description, qemu: qemu, in: directory, machine: name),
            qemuVersion: qemuVersion,
            dataDirectories: qemu.dataDirectories,
            consoleLog: directory.consoleLog,
            loadsKernel: loadsKernel,
        )
        var ours: [FileDescriptor] = []
        defer { for descriptor in ours { try? descriptor.close() } }
        var inherited: [Int32] = []
        let recorder: FileDescriptor
        do {
            let pair = try ListeningSocket.pair()
            ours += [pair.0, pair.1]
            recorder = pair.1
            for descriptor in InheritedDescriptor.all(for: description) {
                let path: FilePath
                switch descriptor {
                case .lock:
                    inherited.append(lock.descriptor.rawValue)
                    continue
                case .recorder:
                    inherited.append(pair.0.rawValue)
                    continue
                case .incomingState:
                    let state = try FileDescriptor.open(incomingState ?? "/dev/null", .readOnly, options: .closeOnExec)
                    ours.append(state)
                    inherited.append(state.rawValue)
                    continue
                case .monitor: path = directory.monitorSocket
                case .peoplesMonitor: path = directory.peoplesSocket
                case .console: path = directory.consoleSocket
                case .channel(let index): path = directory.channelSocket(index)
                }
                let listener = try ListeningSocket.listen(at: path)
                ours.append(listener)
                inherited.append(listener.rawValue)
            }
        } catch {
            throw MachineError(
                .launchFailed,
                machine: name,
                "cannot create its sockets in \(directory.sockets)",
                cause: error
            )
        }
        logger.debug("Starting QEMU", metadata: ["machine": "\(name)", "arguments": "\(plan.arguments)"])
        do {
            return try await Keeper.start(
                Keeper.Plan(
                    program: qemu.program,
                    arguments: plan.arguments,
                    descriptors: inherited,
                    recorder: recorder.rawValue,
                    directory: directory,
                    removesDirectory: lifetime == .scoped,
                    // A fork is short-lived and touches little memory: clearing 2 MiB at each first touch would
                    // dominate its time.
                    avoidsHugePages: isShortLivedFork,
                )
            )
        } catch {
            throw MachineError(.launchFailed, machine: name, "cannot run \(qemu.program)", cause: error)
        }
    }

    private var isShortLivedFork: Bool {
        if case .privateFile = description.memoryBacking { lifetime == .scoped } else { false }
    }

    private func connect(id: MachineID, keeper: Keeper) async throws -> Machine {
        let qmp: QMPConnection
        do {
            qmp = try await withDeadline(deadline, waitingFor: "the monitor of machine \(name) to answer") {
                try await connectUnlessEnded(keeper)
            }
        } catch {
            throw await explain(error, keeper: keeper)
        }
        do {
            var record = ProcessRecord(
                id: id,
                processID: keeper.processID,
                program: qemu.program,
                version: qmp.greeting.map { "\($0.version)" } ?? "unknown",
                accelerator: accelerator,
                startedAt: WallClock.now,
                forwards: [],
                owner: lifetime == .scoped ? getpid() : nil,
            )
            if description.networks.contains(where: { !$0.forwards.isEmpty }) {
                record.forwards = try await qmp.boundForwards(machine: name)
            }
            try MachineFile.write(record, to: directory.processFile, machine: name)
            if lifetime == .detached { keeper.release() }
            return Machine(
                name: name,
                directory: directory,
                description: description,
                process: record,
                qmp: qmp,
                keeper: keeper,
            )
        } catch {
            await qmp.close()
            throw await explain(error, keeper: keeper)
        }
    }

    /// Connects to the monitor; fails as soon as QEMU has ended, since a refused connection is retried for a while.
    private func connectUnlessEnded(_ keeper: Keeper) async throws -> QMPConnection {
        var options = QMPOptions()
        options.connectDeadline = deadline
        // The socket reports its creator, which is this process: it created the socket and passed it to QEMU.
        options.processID = keeper.processID
        let connection = try await race(
            { [options] in try await QMPConnection.connect(to: .unix(directory.monitorSocket), options: options) },
            {
                _ = try await keeper.ended()
                throw error(.launchFailed, "QEMU exited during startup")
            },
        )
        guard let connection else { throw CancellationError() }
        return connection
    }

    private func error(_ code: MachineError.Code, _ message: String) -> MachineError {
        MachineError(code, machine: name, message)
    }

    /// What went wrong: if QEMU has ended, its last lines say more than the broken connection.
    private func explain(_ error: any Error, keeper: Keeper) async -> any Error {
        if error is CancellationError { return error }
        // A broken connection and the end of the process are reported independently, in either order.
        guard
            let end = try? await withDeadline(
                .milliseconds(500),
                waitingFor: "QEMU's end",
                { try await keeper.ended() }
            )
        else { return error }
        let words = LastWords(ofLogAt: directory.logFile)
        return MachineError(
            .launchFailed,
            machine: name,
            "QEMU exited during startup with \(end)" + (words.text.isEmpty ? ", without output" : ": \(words.text)")
                + (words.advice.map { "; \($0)" } ?? ""),
        )
    }
}
