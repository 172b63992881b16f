import DiskImages
import GuestAccess
import HostSupport
import LibC
import Machines
import SystemPackage

/// Starts one fork that outlives this process: its directory, its QEMU, and its guest's identity.
struct ForkMaker {
    let store: MachineStore
    let template: Template
    /// The description of the machine that was forked; later starts of the fork use it.
    let original: MachineDescription
    let options: ForkOptions

    /// Creates the machine and resumes its guest; if that fails, nothing is left behind.
    ///
    /// - Throws: ``Machines/MachineError`` with code `exists` if the name is in use; ``TemplateError``.
    func start(_ name: String) async throws -> Machine {
        var lock: FileLock?
        let directory = try await store.create(name) {
            // A process that checks whether it is held takes it for a moment.
            lock = try await FileLock.acquire($0.makingLock, within: options.startDeadline)
            return try describe(in: $0)
        }
        do {
            let machine = try await launch(name, directory)
            unlink(directory.makingLock.string)
            _ = consume lock
            return machine
        } catch {
            await withoutCancellation { await undo(name) }
            throw error
        }
    }

    /// Ends a fork that was created here, and removes it.
    func undo(_ name: String) async {
        _ = try? await store.kill(name)
        try? await store.remove(name)
    }

    private func launch(_ name: String, _ directory: MachineDirectory) async throws -> Machine {
        let key = try await hostKey(of: name, in: directory)
        let machine = try await launcher(name, directory).launch()
        do {
            let helper = try machine.socket(of: .helper).map {
                try GuestHelper.connect(to: $0, guest: name, resynchronizes: false)
            }
            defer { helper?.close() }
            try await template.load(into: machine, sharesMemory: true, within: options.startDeadline)
            try await resume(machine, helper, key)
            return machine
        } catch {
            let ended = await machine.ended(behind: error)
            await machine.disconnect()
            guard let ended else { throw error }
            throw TemplateError(.forkFailed, template: name, "the fork did not start", cause: ended)
        }
    }

    /// Creates the fork's files; files shared with other forks are hard links, so the last fork to be removed frees
    /// them.
    private func describe(in directory: MachineDirectory) throws -> MachineDescription {
        var description = original
        description.memoryBacking = .anonymous
        description.startsPaused = false
        description.networks = template.description.networks
        for index in description.drives.indices {
            let (drive, copy) = (description.drives[index], template.description.drives[index].file)
            guard copy != drive.file, let name = drive.file.lastComponent else { continue }
            let file = directory.path.appending(name)
            guard !drive.isReadOnly else {
                try link(copy, to: file)
                description.drives[index].file = file
                continue
            }
            let base = directory.path.appending("forked-\(drive.id)")
            try link(copy, to: base)
            try Overlay.create(at: file, base: base, baseFormat: drive.format == .raw ? .raw : .qcow2)
            description.drives[index].file = file
            description.drives[index].format = .qcow2
        }
        let variables = copies.appending(TemplateFiles.firmwareVariables)
        if HostFile.exists(variables) { try TemplateFiles.copySparse(variables, to: directory.firmwareVariables) }
        return description
    }

    /// The directory with the copies of the machine's files: above the template that was made from them.
    private var copies: FilePath { template.directory.removingLastComponent() }

    private func link(_ file: FilePath, to name: FilePath) throws {
        if systemLink(file.string, name.string) == 0 { return }
        // Hard links do not work across file systems.
        try TemplateFiles.copySparse(file, to: name)
    }

    /// Creates the fork's ssh host key; nil for a machine that Quiver did not provision.
    private func hostKey(of name: String, in directory: MachineDirectory) async throws -> SSHKeyPair? {
        guard var login = try? GuestLogin.read(in: store.directory(of: template.name).path) else { return nil }
        let key = try await SSHKeyPair.obtain(in: directory.path, named: "host_key", comment: name)
        login.hostKeyAlias = "quiver-\(name)"
        login.hostKey = key.knownHostsLine(alias: login.hostKeyAlias)
        try login.write(in: directory.path)
        return key
    }

    private func launcher(_ name: String, _ directory: MachineDirectory) throws -> MachineLauncher {
        var description = try store.description(of: name)
        description.machineType = template.description.machineType
        description.processor = template.description.processor
        description.memoryBacking = .privateFile(template.memoryFile)
        description.awaitsIncomingState = true
        return MachineLauncher(
            name: name,
            directory: directory,
            description: description,
            qemu: QEMUInstallation(
                architecture: description.architecture,
                program: FilePath(template.record.qemuProgram),
                dataDirectories: template.record.qemuDataDirectories.map { FilePath($0) },
            ),
            accelerator: template.record.accelerator,
            lifetime: .detached,
            // It is long-lived, and its guest may reboot.
            loadsKernel: true,
            deadline: options.startDeadline,
            logger: options.logger,
            incomingState: template.stateFile,
            qemuVersion: template.record.qemuVersion,
        )
    }

    /// Resumes the guest with a new identity.
    private func resume(_ machine: Machine, _ helper: GuestHelper?, _ key: SSHKeyPair?) async throws {
        let resumedAt = try await machine.timedResume()
        guard let helper else { return }
        var fixUp = options.fixUp
        fixUp.hostname = fixUp.hostname ?? machine.name
        fixUp.machineID = fixUp.machineID ?? MachineID().rawValue.filter { $0 != "-" }.lowercased()
        if let key, fixUp.hostKeys.isEmpty { fixUp.hostKeys = ["ed25519": key] }
        let answer = try await self.fixUp(helper, with: fixUp, resumedAt: resumedAt)
        guard answer.nonce == template.record.nonce else {
            throw TemplateError(
                .damaged,
                template: machine.name,
                "the fork did not resume at the instant that was frozen"
            )
        }
        try await machine.follow(fixUp, answer)
    }

    private func fixUp(
        _ helper: GuestHelper,
        with fixUp: GuestFixUp,
        resumedAt: Int64,
    ) async throws -> GuestHelper.FixUpAnswer {
        guard let frozenAt = template.record.frozenAt else {
            // A machine that was paused when it was forked could not be asked for its clock.
            return try await helper.finishFixUp(try helper.beginFixUp(fixUp), within: options.answerDeadline)
        }
        return try await helper.fixUp(
            fixUp,
            resumedAt: resumedAt,
            frozenAt: frozenAt,
            within: options.answerDeadline,
        )
    }
}

// Inside the type, the method with the same name would be found first.
private func systemLink(_ file: String, _ name: String) -> Int32 { link(file, name) }
