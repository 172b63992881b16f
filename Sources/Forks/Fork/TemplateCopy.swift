import GuestAccess
import HostSupport
import LibC
import Machines
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

/// Copies the state of a running machine, and resumes it.
///
/// The guest is paused while its memory and its disks are copied: about a second for a guest that uses 500 MiB.
struct TemplateCopy {
    let machine: Machine
    /// The target directory, which must exist.
    let directory: FilePath
    /// How long QEMU may take to save its state.
    let deadline: Duration

    /// Writes memory, devices and disks to the directory.
    ///
    /// - Returns: A template with all of the memory in its state.
    /// - Throws: ``Machines/MachineError`` with code `unresponsive` if the helper in the guest does not answer; without it, the
    ///   forks would share the machine's identity and random numbers.
    func make() async throws -> Template {
        guard try await machine.runState().isRunning else { return try await copy(nil) }
        let helper = try await answeringHelper()
        defer { helper?.close() }
        // If this process is killed while the guest is paused, the next command resumes it.
        let lock = try await FileLock.acquire(machine.directory.pauseLock, within: deadline)
        defer {
            unlink(machine.directory.pauseLock.string)
            extendLifetime(lock)
        }
        do {
            let template = try await copy(helper)
            let resumedAt = try await machine.timedResume()
            try await setClock(with: helper, resumedAt: resumedAt, frozenAt: template.record.frozenAt)
            return template
        } catch {
            // Whatever went wrong with the copy, the machine itself must continue.
            await withoutCancellation { try? await machine.resume() }
            throw error
        }
    }

    private func copy(_ helper: GuestHelper?) async throws -> Template {
        let clock = try await FrozenClock.take(from: helper, stopping: machine, within: deadline)
        let versioned = try await machine.versionedMachineType()
        try await machine.saveState(to: directory.appending(TemplateFiles.state), sharesMemory: false, within: deadline)
        let description = try copyFiles(of: machine.description, machineType: versioned)
        return Template(directory: directory, record: try record(description, clock))
    }

    /// Tells the resumed guest how long it was paused.
    private func setClock(with helper: GuestHelper?, resumedAt: Int64, frozenAt: Int64?) async throws {
        guard let helper, let frozenAt else { return }
        _ = try await helper.fixUp(GuestFixUp(), resumedAt: resumedAt, frozenAt: frozenAt, within: deadline)
    }

    /// The connection to the guest's helper; nil for a machine that has no channel to one.
    private func answeringHelper() async throws -> GuestHelper? {
        guard let channel = try await machine.helperChannel() else { return nil }
        guard channel.isTaken || channel.isOpenInGuest else {
            throw silent(
                "the helper in its guest is not running yet; wait with `quiver start \(machine.name) --wait cloud-init`"
            )
        }
        let helper = try machine.helper()
        do {
            // A connected client may be about to disconnect.
            _ = try await helper.hello(within: .seconds(5))
            return helper
        } catch let error as GuestAccessError {
            helper.close()
            let reason =
                channel.isTaken
                ? "another command, such as `quiver exec`, is connected to the helper in its guest; wait until it ends"
                : "the helper in its guest does not answer; check with `quiver console` what the guest is doing"
            throw silent(reason, cause: error)
        } catch {
            helper.close()
            throw error
        }
    }

    private func silent(_ reason: String, cause: (any Error)? = nil) -> MachineError {
        let what = "cannot be forked, because the forks would share its identity"
        return machine.error(.unresponsive, "\(what): \(reason)", cause: cause)
    }

    private func copyFiles(
        of description: MachineDescription,
        machineType: String,
    ) throws -> MachineDescription {
        var copy = description
        copy.machineType = machineType
        copy.processor = description.effectiveProcessor(under: machine.process.accelerator)
        copy.accelerator = .only(machine.process.accelerator)
        copy.startsPaused = false
        for index in copy.networks.indices {
            for place in copy.networks[index].forwards.indices { copy.networks[index].forwards[place].hostPort = 0 }
        }
        for index in copy.drives.indices {
            let drive = copy.drives[index]
            guard drive.file.starts(with: machine.directory.path), let name = drive.file.lastComponent else { continue }
            try TemplateFiles.copySparse(drive.file, to: directory.appending(name))
            copy.drives[index].file = directory.appending(name)
        }
        let variables = machine.directory.firmwareVariables
        if HostFile.exists(variables) {
            try TemplateFiles.copySparse(variables, to: directory.appending(TemplateFiles.firmwareVariables))
        }
        return copy
    }

    private func record(_ description: MachineDescription, _ clock: FrozenClock?) throws -> TemplateRecord {
        let qemu = try QEMUInstallation.find(for: description.architecture, at: machine.process.program)
        return TemplateRecord(
            name: machine.name,
            ingredients: [],
            description: description,
            accelerator: machine.process.accelerator,
            qemuProgram: machine.process.program.string,
            qemuDataDirectories: qemu.dataDirectories.map(\.string),
            qemuVersion: machine.process.version,
            frozenAt: clock?.monotonic,
            nonce: clock?.nonce,
            createdAt: WallClock.now,
            files: [],
        )
    }
}
