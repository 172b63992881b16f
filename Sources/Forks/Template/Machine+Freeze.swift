import Digests
public import GuestAccess
import HostSupport
public import Machines
import QMPClient
import QMPCore
import Quantities
public import SystemPackage
import WireJSON

extension Machine {
    /// Freezes the machine into a template, from which forks continue; the machine itself ends.
    ///
    /// Its memory must be in a file of its directory (``MemoryBacking/sharedFile(_:)``), and so must its writable
    /// disks.
    ///
    /// - Parameters:
    ///   - directory: The template's directory, which must not exist; on the same file system as the machine's.
    ///   - name: The template's name in messages.
    ///   - ingredients: What the guest's content depends on; the machine's configuration is added.
    ///   - helper: The connection to the guest's helper, which verifies forks and sets their clock.
    ///   - keepsDigests: Whether to compute the files' digests, so that damage is detected even after the template was
    ///     copied. This reads all of the guest's memory once.
    ///   - notes: The names of files in the machine's directory that the template keeps, besides those it needs.
    ///   - deadline: How long QEMU may take to save its state.
    /// - Throws: ``Forks/TemplateError``; ``Machines/MachineError`` if the machine ended.
    public func freeze(
        to directory: FilePath,
        name: String,
        ingredients: TemplateIngredients,
        helper: GuestHelper?,
        keepsDigests: Bool,
        notes: [String] = [],
        within deadline: Duration = .seconds(120),
    ) async throws -> Template {
        let memory = try freezableMemory(name)
        let staging = FilePath("\(directory).making-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(staging)
        do {
            let clock = try await FrozenClock.take(from: helper, stopping: self, within: deadline)
            let versioned = try await versionedMachineType()
            try await saveState(to: staging.appending(TemplateFiles.state), sharesMemory: true, within: deadline)
            _ = try await kill()
            try TemplateFiles.move(memory, to: staging.appending(TemplateFiles.memory))
            var description = description
            description.machineType = versioned
            description.processor = description.effectiveProcessor(under: process.accelerator)
            description.accelerator = .only(process.accelerator)
            description.startsPaused = false
            description.awaitsIncomingState = false
            try moveFiles(of: &description, and: notes, to: staging, final: directory)
            return try await finish(
                staging: staging,
                directory: directory,
                name: name,
                ingredients: ingredients,
                description: description,
                clock: clock,
                keepsDigests: keepsDigests,
            )
        } catch {
            try? Directory.removeTree(staging)
            throw error
        }
    }

    private func freezableMemory(_ name: String) throws(TemplateError) -> FilePath {
        guard case .sharedFile(let path) = description.memoryBacking else {
            throw TemplateError(
                .notFreezable,
                template: name,
                "machine \(self.name) has no memory file; start it with its memory in a shared file",
            )
        }
        return path
    }

    /// Moves the files out of the machine's directory, which is removed with the machine, and records their new paths.
    private func moveFiles(
        of description: inout MachineDescription,
        and notes: [String],
        to staging: FilePath,
        final: FilePath,
    ) throws {
        for index in description.drives.indices {
            let file = description.drives[index].file
            guard file.starts(with: directory.path), let last = file.lastComponent else { continue }
            try TemplateFiles.move(file, to: staging.appending(last))
            description.drives[index].file = final.appending(last)
        }
        for name in ["login.json", "known_hosts", TemplateFiles.firmwareVariables] + notes {
            let file = directory.path.appending(name)
            if HostFile.exists(file) { try TemplateFiles.move(file, to: staging.appending(name)) }
        }
    }

    private func finish(
        staging: FilePath,
        directory: FilePath,
        name: String,
        ingredients: TemplateIngredients,
        description: MachineDescription,
        clock: FrozenClock?,
        keepsDigests: Bool,
    ) async throws -> Template {
        let qemu = try QEMUInstallation.find(for: description.architecture, at: process.program)
        var all = ingredients
        // As requested: a caller that searches for the template does not know the versioned type yet.
        all.add(TemplateIngredients(of: self.description, qemu: qemu, accelerator: process.accelerator))
        var record = TemplateRecord(
            name: name,
            ingredients: all.list,
            description: description,
            accelerator: process.accelerator,
            qemuProgram: process.program.string,
            qemuDataDirectories: qemu.dataDirectories.map(\.string),
            qemuVersion: process.version,
            frozenAt: clock?.monotonic,
            nonce: clock?.nonce,
            createdAt: WallClock.now,
            files: [],
        )
        for file in TemplateRecord.watched(in: directory, description: description) {
            let now = file.starts(with: directory) ? staging.appending(file.lastComponent?.string ?? "") : file
            let isOwn = file.starts(with: directory)
            // Otherwise a crash of the host could leave a record of files that were never written to disk.
            if isOwn && keepsDigests { try await TemplateFiles.synchronize(now) }
            guard let fingerprint = FileFingerprint(of: now) else {
                throw TemplateError(.freezeFailed, template: name, "\(now) is missing")
            }
            record.files.append(
                TemplateRecord.File(
                    path: file.string,
                    fingerprint: fingerprint.text,
                    size: fingerprint.size,
                    digest: keepsDigests && isOwn ? try await FileDigest.sha256(of: now) : nil,
                )
            )
        }
        try MachineFile.write(record, to: staging.appending(TemplateFiles.record), machine: name)
        if keepsDigests { try await TemplateFiles.synchronize(staging) }
        try TemplateFiles.move(staging, to: directory)
        if keepsDigests { try await TemplateFiles.synchronize(directory.removingLastComponent()) }
        return Template(directory: directory, record: record)
    }
}

extension TemplateRecord {
    /// The files that must not change for forks of a template to work: its own, and the bases of its disks.
    static func watched(in directory: FilePath, description: MachineDescription) -> [FilePath] {
        [directory.appending(TemplateFiles.memory), directory.appending(TemplateFiles.state)]
            + description.drives.map(\.file)
    }
}
