public import HostSupport
import LibC
public import Machines
public import Quantities
public import SystemPackage

/// The stored templates, one directory each, found by everything that they depend on.
public struct TemplateStore: Sendable {
    /// The home in whose cache the templates are.
    public let home: QuiverHome

    /// Opens the templates of a home; nothing is created until the first template is.
    public init(home: QuiverHome = .current) {
        self.home = home
    }

    /// What a search for a template found.
    public enum Finding: Sendable {
        /// A template that is made of exactly these ingredients, with its files whole.
        case found(Template)
        /// There is none, and none with this name either.
        case none
        /// The one with this name has other ingredients, or is damaged; each line says how.
        case stale(reasons: [String])
    }

    /// The directory of the templates.
    var directory: FilePath { ScratchDirectories(home: home).parent }

    /// The directory for the template with this name and these ingredients.
    public func directory(of name: String, _ ingredients: TemplateIngredients) -> FilePath {
        directory.appending("\(name)-\(ingredients.fingerprint)")
    }

    /// A directory for a template that only this process uses; if it is not removed, the next call in any process does.
    public func scratchDirectory() throws -> FilePath {
        let scratch = ScratchDirectories(home: home)
        for path in scratch.abandoned { try Directory.removeTree(path) }
        return try scratch.make()
    }

    /// Everything that the state of a machine started from this description would depend on.
    ///
    /// - Parameter content: What the guest's content depends on, such as the image and what was installed.
    public func ingredients(
        _ content: TemplateIngredients,
        for description: MachineDescription,
        options: LaunchOptions,
    ) async throws -> TemplateIngredients {
        let qemu = try QEMUInstallation.find(for: description.architecture, at: options.qemu)
        let trials = AcceleratorTrials(qemu: qemu, cache: home.cache, logger: options.logger)
        let verdict = try await trials.choose(description.accelerator, machine: "template")
        var all = content
        all.add(TemplateIngredients(of: description, qemu: qemu, accelerator: verdict.accelerator))
        return all
    }

    /// Searches for an intact template with exactly these ingredients.
    public func find(_ name: String, _ ingredients: TemplateIngredients) async -> Finding {
        // The name says nothing about the state: another project's template with the same ingredients works as well.
        let others = all()
        let alike =
            [read(directory(of: name, ingredients))].compactMap(\.self)
            + others.filter { $0.name != name && $0.ingredients == ingredients }
        var damage: String?
        for template in alike {
            do {
                try await template.check()
                // The most recently used template is pruned last.
                utimes(template.directory.string, nil)
                return .found(template)
            } catch {
                damage = damage ?? (error as? TemplateError)?.message ?? "\(error)"
            }
        }
        if let damage { return .stale(reasons: [damage]) }
        let earlier = others.filter { $0.name == name }.sorted { $0.createdAt < $1.createdAt }
        guard let latest = earlier.last else { return .none }
        return .stale(reasons: await differences(of: ingredients, from: latest))
    }

    /// The differences from a template, with the versions of both QEMUs instead of fingerprints.
    private func differences(of ingredients: TemplateIngredients, from latest: Template) async -> [String] {
        var ingredients = ingredients
        let before = latest.ingredients.value(of: QEMUIngredient.name)
        if let value = ingredients.value(of: QEMUIngredient.name), value != before,
            let qemu = QEMUIngredient(value: value)
        {
            let earlier = before.flatMap { QEMUIngredient(value: $0)?.program }
            let change = await qemu.change(from: latest.qemuVersion, of: earlier)
            ingredients.set(QEMUIngredient.name, value, change: change)
        }
        return ingredients.differences(from: latest.ingredients)
    }

    /// The template in a directory, whether or not its files are intact.
    ///
    /// - Throws: ``TemplateError`` with code `notFound`.
    public func template(in directory: FilePath) throws(TemplateError) -> Template {
        guard let template = read(directory) else {
            throw TemplateError(.notFound, template: "\(directory)", "no template in this directory")
        }
        return template
    }

    /// All templates, by name and age.
    public func all() -> [Template] {
        Directory.names(in: directory).filter { !$0.hasPrefix(ScratchDirectories.prefix) }.compactMap {
            read(directory.appending($0))
        }
        .sorted { ($0.name, $0.createdAt) < ($1.name, $1.createdAt) }
    }

    /// Removes a template; its running forks keep the files that they have open.
    public func remove(_ template: Template) throws(FileFailure) {
        try Directory.removeTree(template.directory)
    }

    /// Removes the least recently used templates until the rest fits, and incomplete ones.
    ///
    /// - Parameters:
    ///   - limit: The space that the remaining templates may use; nil means no limit.
    ///   - age: Templates that were not used for this long are always removed; nil keeps them.
    /// - Returns: The templates that were removed.
    @discardableResult
    public func prune(keeping limit: ByteCount?, unusedFor age: Duration? = nil) throws(FileFailure) -> [Template] {
        let now = WallClock.now
        for path in ScratchDirectories(home: home).abandoned { try Directory.removeTree(path) }
        for name in Directory.names(in: directory) where name.contains(".making-") {
            let path = directory.appending(name)
            // Making one takes minutes; after an hour it must have been abandoned.
            if now - lastUse(of: path) > 3600 { try Directory.removeTree(path) }
        }
        for name in Directory.names(in: directory) where name.hasSuffix(".lock") {
            try FileLock.reap(directory.appending(name))
        }
        for name in Directory.names(in: directory)
        where !name.hasPrefix(ScratchDirectories.prefix) && !name.contains(".making-") {
            let path = directory.appending(name)
            // Another version of Quiver may still be using what this one cannot read.
            guard HostFile.isDirectory(path), read(path) == nil, now - lastUse(of: path) > 86_400 else { continue }
            try Directory.removeTree(path)
        }
        var removed: [Template] = []
        var total: UInt64 = 0
        for template in all().sorted(by: { lastUse(of: $0.directory) > lastUse(of: $1.directory) }) {
            total += template.size.bytes
            let isOld = age.map { now - lastUse(of: template.directory) > $0.seconds } ?? false
            guard isOld || limit.map({ total > $0.bytes }) == true else { continue }
            total -= template.size.bytes
            try remove(template)
            removed.append(template)
        }
        return removed
    }

    /// Checks for enough space before starting: a guest may write to all of its memory, which is in a file.
    ///
    /// - Throws: ``TemplateError`` with code `noSpace`.
    public func checkSpace(for description: MachineDescription, named name: String) throws {
        try checkSpace(
            description.memory,
            named: name,
            "a machine of \(description.memory)",
            advice: "free some space, or give the machine less memory",
        )
    }

    /// The same for a copy of a running machine: at one moment its memory exists twice, and its disks once.
    func checkSpace(forCopyOf description: MachineDescription, named name: String) throws {
        let disks = description.drives.filter { !$0.isReadOnly }
            .reduce(0) { $0 + Directory.occupiedSize(of: $1.file).bytes }
        try checkSpace(
            ByteCount(2 * description.memory.bytes + disks),
            named: name,
            "a copy of a machine of \(description.memory)",
            advice: "free some space",
        )
    }

    private func checkSpace(_ size: ByteCount, named name: String, _ what: String, advice: String) throws {
        try Directory.create(directory)
        // The state of the devices, and the record.
        let needed = ByteCount(size.bytes + ByteCount.mebibytes(64).bytes)
        guard let free = TemplateFiles.freeSpace(at: directory), free < needed else { return }
        throw TemplateError(
            .noSpace,
            template: name,
            "\(what) needs \(needed) in \(directory), which has \(free) free; \(advice)",
        )
    }

    private func read(_ directory: FilePath) -> Template? {
        let file = directory.appending(TemplateFiles.record)
        guard let record = try? MachineFile.read(TemplateRecord.self, from: file, machine: "template"),
            record.version == TemplateRecord.currentVersion
        else { return nil }
        return Template(directory: directory, record: record)
    }

    private func lastUse(of directory: FilePath) -> Double {
        var status = stat()
        guard stat(directory.string, &status) == 0 else { return 0 }
        #if canImport(Darwin)
            return Double(status.st_mtimespec.tv_sec)
        #else
            return Double(status.st_mtim.tv_sec)
        #endif
    }
}
