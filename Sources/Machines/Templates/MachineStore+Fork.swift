import CloudImages
import GuestAccess
import HostSupport
import QMPClient
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension MachineStore {
    /// Forks a running machine into machines of this store, which outlive this process; the machine itself goes on.
    ///
    /// Each fork has a host name, a machine-id and a host key of its own, and ports of its own for the same forwards.
    /// Until they write to it the forks share the memory that the machine had.
    ///
    /// - Parameters:
    ///   - names: What the forks are called; their guests take the names as host names.
    ///   - options: How they are started. Where its fix-up says nothing of identity, each fork gets one of its own.
    /// - Returns: The forks, which run, in the order of their names.
    /// - Throws: ``MachineError`` with code `exists` or `notRunning`; ``TemplateError`` with QEMU's reason. No fork
    ///   is left then.
    public func fork(
        _ name: String,
        into names: [String],
        options: ForkOptions = ForkOptions(),
    ) async throws -> [Machine] {
        for new in names {
            try Self.check(name: new)
            guard !HostFile.exists(folder(of: new).path) else {
                throw MachineError(.exists, machine: new, "there is one of this name already; choose another")
            }
        }
        let templates = TemplateStore(home: home)
        try templates.checkSpace(for: try description(of: name), named: name)
        let scratch = try templates.scratchFolder()
        return try await withCleanup {
            let original = try await attach(to: name)
            let whole = try await withCleanup {
                try Folder.create(scratch)
                return try await MachineCopy(machine: original, folder: scratch, deadline: options.startDeadline).make()
            } cleanup: {
                await original.disconnect()
            }
            let template = try await share(whole, in: scratch, options)
            return try await start(names, from: template, like: original.description, options)
        } cleanup: {
            // Forks have mapped the memory and linked the disks: they need the names no more.
            try? Folder.removeTree(scratch)
        }
    }

    /// Turns a copy whose state holds the memory into one whose memory lies in a file that forks can share.
    private func share(_ whole: Template, in scratch: FilePath, _ options: ForkOptions) async throws -> Template {
        var loading = options
        loading.memory = .loaded
        let mold = try await whole.pausedFork(named: "mold", home: home, options: loading)
        return try await withCleanup {
            let frozen = try await mold.machine.freeze(
                to: scratch.appending("shared"),
                name: whole.name,
                ingredients: TemplateIngredients(),
                helper: nil,
                keepsDigests: false,
                within: options.startDeadline,
            )
            var record = frozen.record
            record.frozenAt = whole.record.frozenAt
            record.nonce = whole.record.nonce
            // The mold never ran: the disks are those of the copy.
            record.description.drives = whole.record.description.drives
            return Template(folder: frozen.folder, record: record)
        } cleanup: {
            await mold.end()
        }
    }

    /// Starts all forks, two at a time; when one cannot be started the others go again.
    private func start(
        _ names: [String],
        from template: Template,
        like original: MachineDescription,
        _ options: ForkOptions,
    ) async throws -> [Machine] {
        let birth = ForkBirth(store: self, template: template, original: original, options: options)
        do {
            return try await withThrowingTaskGroup(of: (Int, Machine).self) { group in
                var forks: [Int: Machine] = [:]
                for (place, name) in names.enumerated() {
                    if place >= 2, let (done, fork) = try await group.next() { forks[done] = fork }
                    group.addTask { (place, try await birth.start(name)) }
                }
                for try await (done, fork) in group { forks[done] = fork }
                return names.indices.compactMap { forks[$0] }
            }
        } catch {
            let failure = error
            await Task {
                for name in names {
                    _ = try? await kill(name)
                    try? await remove(name)
                }
            }.value
            throw failure
        }
    }
}
