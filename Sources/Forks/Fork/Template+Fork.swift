import DiskImages
import GuestAccess
public import HostSupport
import LibC
import Machines
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

extension Template {
    /// Starts a machine that continues from the template's state, and fixes up its clock and random pool.
    ///
    /// The caller must ``Fork/end()`` it; ``withFork(named:home:options:_:)`` does so automatically.
    ///
    /// - Parameters:
    ///   - name: The machine's name in messages; it need not be unique.
    ///   - home: The home in whose cache the machine's directory is created.
    /// - Throws: ``TemplateError`` with code `forkFailed` and QEMU's reason; ``GuestAccess/GuestAccessError`` if the
    ///   guest does not answer.
    package func fork(
        named name: String = "fork",
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
    ) async throws -> Fork {
        let fork = try await pausedFork(named: name, home: home, options: options)
        do {
            try await fork.resume(options: options)
            return fork
        } catch {
            await withoutCancellation { await fork.end() }
            guard (error as? MachineError)?.code == .ended else { throw error }
            throw TemplateError(.forkFailed, template: self.name, "the fork did not start", cause: error)
        }
    }

    /// Makes a standby: a fork that is paused until ``Fork/resume(options:)``.
    ///
    /// The caller must ``Fork/end()`` it. ``StandbyPool`` keeps any number of these ready.
    package func standby(
        named name: String = "standby",
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
    ) async throws -> Fork {
        let fork = try await pausedFork(named: name, home: home, options: options)
        do {
            try await fork.warmUp(options: options)
            return fork
        } catch {
            await withoutCancellation { await fork.end() }
            throw error
        }
    }

    /// Makes a standby, runs the body, and ends the fork when the body returns, throws or is cancelled.
    ///
    /// The fork is paused until ``Fork/resume(options:)``.
    public func withStandby<Value>(
        named name: String = "standby",
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
        _ body: (Fork) async throws -> Value,
    ) async throws -> Value {
        let fork = try await standby(named: name, home: home, options: options)
        return try await withCleanup {
            try await body(fork)
        } cleanup: {
            await fork.end()
        }
    }

    /// Forks the template, runs the body, and ends the fork when the body returns, throws or is cancelled.
    public func withFork<Value>(
        named name: String = "fork",
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
        _ body: (Fork) async throws -> Value,
    ) async throws -> Value {
        let fork = try await fork(named: name, home: home, options: options)
        return try await withCleanup {
            try await body(fork)
        } cleanup: {
            await fork.end()
        }
    }

    /// Starts a paused machine in the template's state.
    ///
    /// - Throws: ``TemplateError`` with code `damaged` or `mismatch` before anything is started, or `forkFailed`.
    package func pausedFork(named name: String, home: QuiverHome, options: ForkOptions) async throws -> Fork {
        let begin = ContinuousClock.now
        // Only compares times and sizes, unless a file was written to since.
        try await check()
        let store = MachineStore(home: home, logger: options.logger)
        let unique = "\(name)-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        let directory = MachineDirectory(path: store.scopes.appending(unique), runtime: home.runtime)
        var launched: Machine?
        var conversations = ForkConversations()
        do {
            try Directory.create(directory.path)
            let machine = try await launcher(name, directory, options).launch()
            launched = machine
            let started = ContinuousClock.now
            // Before the state is loaded: if a port is connected as it was, the guest gets no event.
            try conversations.begin(with: machine, channels: options.channels)
            try await load(into: machine, sharesMemory: options.memory != .loaded, within: options.startDeadline)
            return Fork(
                machine: machine,
                helper: record.frozenAt == nil ? nil : conversations.helper,
                connections: conversations.connections,
                template: self,
                timings: ForkTimings(start: started - begin, load: .now - started),
            )
        } catch {
            let machine = launched
            let ended = await machine?.ended(behind: error)
            conversations.close()
            await withoutCancellation {
                await machine?.endScope()
                try? Directory.removeTree(directory.sockets)
                try? Directory.removeTree(directory.path)
            }
            // Whatever error a cancelled task got.
            try Task.checkCancellation()
            let reason = machine == nil ? "QEMU did not start from it" : "QEMU did not load its state"
            throw TemplateError(.forkFailed, template: self.name, reason, cause: ended ?? error)
        }
    }

    private func launcher(
        _ name: String,
        _ directory: MachineDirectory,
        _ options: ForkOptions,
    ) throws -> MachineLauncher {
        var description = description
        for index in description.drives.indices where !description.drives[index].isReadOnly {
            let drive = description.drives[index]
            let overlay = directory.path.appending("\(drive.id).qcow2")
            try Overlay.create(at: overlay, base: drive.file, baseFormat: drive.format == .raw ? .raw : .qcow2)
            description.drives[index].file = overlay
            description.drives[index].format = .qcow2
            // It is removed with the fork, so it need not survive a crash of the host.
            description.drives[index].cache = .unsafe
        }
        switch options.memory {
        case .shared:
            description.memoryBacking = .privateFile(memoryFile)
        case .copied:
            let copy = directory.path.appending(TemplateFiles.memory)
            try TemplateFiles.copySparse(memoryFile, to: copy)
            description.memoryBacking = .sharedFile(copy)
        case .loaded:
            description.memoryBacking = .sharedFile(directory.path.appending(TemplateFiles.memory))
        }
        let variables = self.directory.appending(TemplateFiles.firmwareVariables)
        if HostFile.exists(variables) {
            try TemplateFiles.copySparse(variables, to: directory.firmwareVariables)
        }
        description.awaitsIncomingState = true
        return MachineLauncher(
            name: name,
            directory: directory,
            description: description,
            qemu: QEMUInstallation(
                architecture: description.architecture,
                program: FilePath(record.qemuProgram),
                dataDirectories: record.qemuDataDirectories.map { FilePath($0) },
            ),
            accelerator: record.accelerator,
            lifetime: .scoped,
            // The guest has already booted, and loading a kernel would cost each fork time.
            loadsKernel: false,
            deadline: options.startDeadline,
            logger: options.logger,
            incomingState: stateFile,
            qemuVersion: record.qemuVersion,
        )
    }

    /// Makes QEMU load the template's state.
    ///
    /// - Parameter sharesMemory: Whether the memory is in a file that is already mapped.
    func load(into machine: Machine, sharesMemory: Bool, within deadline: Duration) async throws {
        try await machine.leaveOutSharedMemory(sharesMemory)
        let state = StateTransfer(qemuVersion: record.qemuVersion).source(
            stateFile,
            descriptor: .incomingState(channels: description.channels.count),
        )
        let job = try await machine.qmp.startIncomingMigration(["uri": .string(state)])
        try await job.wait(deadline: deadline)
        if sharesMemory { try? await machine.leaveOutSharedMemory(false) }
    }
}

/// The connections to a fork's guest that are made before it resumes.
private struct ForkConversations {
    private(set) var helper: GuestHelper?
    private(set) var connections: [GuestChannel: FileDescriptor] = [:]

    mutating func begin(with machine: Machine, channels: [GuestChannel]) throws {
        if let socket = machine.socket(of: .helper) {
            helper = try GuestHelper.connect(to: socket, guest: machine.name, resynchronizes: false)
        }
        for channel in channels {
            guard let socket = machine.socket(of: channel) else { continue }
            connections[channel] = try UnixSocket.connect(to: socket)
        }
    }

    /// Closes those of a fork that failed.
    func close() {
        helper?.close()
        for connection in connections.values { try? connection.close() }
    }
}
