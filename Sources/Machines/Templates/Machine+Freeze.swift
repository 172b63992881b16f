public import GuestAccess
import HostSupport
import QMPClient
import QMPCore
import Quantities
public import SystemPackage
import WireJSON

extension Machine {
    /// Freezes the machine into a template, of which forks go on from this instant; the machine itself ends.
    ///
    /// Its memory must lie in a file of its folder (``MemoryBacking/sharedFile(_:)``), and the disks it writes to too.
    ///
    /// - Parameters:
    ///   - folder: The template's folder, which must not exist; on the same file system as the machine's.
    ///   - name: What the template is called in messages.
    ///   - ingredients: What the guest's content depends on; what the machine itself is made of is added.
    ///   - helper: The connection to the guest's helper, by which forks are proven and get the right time.
    ///   - keepsDigests: Whether the files' digests are taken, so that the template can be told from a damaged one
    ///     after it was copied, too. It reads all of the guest's memory once.
    ///   - notes: The names of files in the machine's folder that the template keeps, beside those it needs.
    ///   - deadline: How long QEMU may take to save its state.
    /// - Throws: ``TemplateError``; ``MachineError`` when the machine ended.
    public func freeze(
        to folder: FilePath,
        name: String,
        ingredients: TemplateIngredients,
        helper: GuestHelper?,
        keepsDigests: Bool,
        notes: [String] = [],
        within deadline: Duration = .seconds(120),
    ) async throws -> Template {
        let memory = try freezableMemory(name)
        let staging = FilePath("\(folder).making-\(UInt32.random(in: 0 ... .max))")
        try Folder.create(staging)
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
            try moveFiles(of: &description, and: notes, to: staging, final: folder)
            return try await finish(
                staging: staging,
                folder: folder,
                name: name,
                ingredients: ingredients,
                description: description,
                clock: clock,
                keepsDigests: keepsDigests,
            )
        } catch {
            try? Folder.removeTree(staging)
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

    /// The machine type with its version: an alias such as `q35` means another machine in another QEMU.
    func versionedMachineType() async throws(MachineError) -> String {
        let reply = try await command("qom-get", ["path": "/machine", "property": "type"])
        guard case .string(let type) = reply else { return description.effectiveMachineType }
        return type.hasSuffix("-machine") ? String(type.dropLast("-machine".count)) : type
    }

    /// Moves the files that lie in the machine's folder, which goes with the machine, and notes where they will be.
    private func moveFiles(
        of description: inout MachineDescription,
        and notes: [String],
        to staging: FilePath,
        final: FilePath,
    ) throws {
        for index in description.drives.indices {
            let file = description.drives[index].file
            guard file.starts(with: folder.path), let last = file.lastComponent else { continue }
            try TemplateFiles.move(file, to: staging.appending(last))
            description.drives[index].file = final.appending(last)
        }
        for name in ["login.json", "known_hosts", TemplateFiles.firmwareVariables] + notes {
            let file = folder.path.appending(name)
            if HostFile.exists(file) { try TemplateFiles.move(file, to: staging.appending(name)) }
        }
    }

    private func finish(
        staging: FilePath,
        folder: FilePath,
        name: String,
        ingredients: TemplateIngredients,
        description: MachineDescription,
        clock: FrozenClock?,
        keepsDigests: Bool,
    ) async throws -> Template {
        let qemu = try QEMUInstallation.find(for: description.architecture, at: process.program)
        var all = ingredients
        // As it was asked for: a caller that looks for the template again has not yet learned the versioned type.
        all.add(TemplateIngredients(of: self.description, qemu: qemu, accelerator: process.accelerator))
        var record = TemplateRecord(
            name: name,
            ingredients: all.list,
            description: description,
            accelerator: process.accelerator,
            qemuProgram: process.program.string,
            qemuDataFolders: qemu.dataFolders.map(\.string),
            qemuVersion: process.version,
            frozenAt: clock?.monotonic,
            nonce: clock?.nonce,
            createdAt: WallClock.now,
            files: [],
        )
        for file in TemplateRecord.watched(in: folder, description: description) {
            let now = file.starts(with: folder) ? staging.appending(file.lastComponent?.string ?? "") : file
            let isOwn = file.starts(with: folder)
            // Otherwise a crash of the host could leave a record of files that never reached the disk.
            if isOwn && keepsDigests { try await TemplateFiles.synchronize(now) }
            guard let fingerprint = FileFingerprint(of: now) else {
                throw TemplateError(.freezeFailed, template: name, "\(now) is missing")
            }
            record.files.append(
                TemplateRecord.File(
                    path: file.string,
                    fingerprint: fingerprint.text,
                    size: fingerprint.size,
                    digest: keepsDigests && isOwn ? try await TemplateDigest.of(now) : nil,
                )
            )
        }
        try MachineFile.write(record, to: staging.appending(TemplateFiles.record), machine: name)
        if keepsDigests { try await TemplateFiles.synchronize(staging) }
        try TemplateFiles.move(staging, to: folder)
        if keepsDigests { try await TemplateFiles.synchronize(folder.removingLastComponent()) }
        return Template(folder: folder, record: record)
    }
}

extension TemplateRecord {
    /// The files whose change would make forks of a template go wrong: its own, and the bases of its disks.
    static func watched(in folder: FilePath, description: MachineDescription) -> [FilePath] {
        [folder.appending(TemplateFiles.memory), folder.appending(TemplateFiles.state)] + description.drives.map(\.file)
    }
}
