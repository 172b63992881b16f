import GuestAccess
import HostSupport
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

/// Copies a running machine at one instant, and lets it go on.
///
/// The guest stands still while its memory and its disks are copied: about a second for a guest that uses 500 MiB.
struct MachineCopy {
    let machine: Machine
    /// Where everything is put; it must exist.
    let folder: FilePath
    /// How long QEMU may take to save its state.
    let deadline: Duration

    /// Writes memory, devices and disks to the folder.
    ///
    /// - Returns: What forks would go on from, with all of the memory in its state.
    func make() async throws -> Template {
        let wasRunning = try await machine.status().isRunning
        let helper = wasRunning ? await answeringHelper() : nil
        defer { helper?.close() }
        do {
            let clock = try await FrozenClock.take(from: helper, stopping: machine, within: deadline)
            let versioned = try await machine.versionedMachineType()
            try await machine.saveState(
                to: folder.appending(TemplateFiles.state),
                sharesMemory: false,
                within: deadline
            )
            let description = try copyFiles(of: machine.description, machineType: versioned)
            if wasRunning { try await machine.resume() }
            return Template(folder: folder, record: try record(description, clock))
        } catch {
            // Whatever went wrong with the copy, the machine itself is to go on.
            if wasRunning { try? await machine.resume() }
            throw error
        }
    }

    /// The connection to the guest's helper, where it answers; a guest without one is copied all the same.
    private func answeringHelper() async -> GuestHelper? {
        guard let helper = try? machine.helper() else { return nil }
        do {
            _ = try await helper.hello(within: .seconds(5))
            return helper
        } catch {
            helper.close()
            return nil
        }
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
        // Forks never look at it: the guest has long booted.
        copy.kernel = nil
        for index in copy.networks.indices {
            for place in copy.networks[index].forwards.indices { copy.networks[index].forwards[place].hostPort = 0 }
        }
        for index in copy.drives.indices {
            let drive = copy.drives[index]
            guard drive.file.starts(with: machine.folder.path), let name = drive.file.lastComponent else { continue }
            try TemplateFiles.copySparse(drive.file, to: folder.appending(name))
            copy.drives[index].file = folder.appending(name)
        }
        let variables = machine.folder.firmwareVariables
        if HostFile.exists(variables) {
            try TemplateFiles.copySparse(variables, to: folder.appending(TemplateFiles.firmwareVariables))
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
            qemuDataFolders: qemu.dataFolders.map(\.string),
            qemuVersion: machine.process.version,
            frozenAt: clock?.monotonic,
            nonce: clock?.nonce,
            createdAt: HostClock.secondsSince1970,
            files: [],
        )
    }
}
