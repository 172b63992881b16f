import CloudImages
import GuestAccess
import HostSupport
import QMPClient
import SystemPackage

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
    /// - Throws: ``MachineError`` with code `exists`, `notRunning`, or `unresponsive` when the helper in its guest does
    ///   not answer; ``TemplateError`` with QEMU's reason. No fork is left then.
    public func fork(
        _ name: String,
        into names: [String],
        options: ForkOptions = ForkOptions(),
    ) async throws -> [Machine] {
        for new in names {
            try Self.check(name: new)
            guard !HostFile.exists(folder(of: new).path) else {
                throw MachineError(.exists, machine: new, "already exists; choose another name")
            }
        }
        return try await fork(name, into: ForkNames(names), options: options)
    }

    /// Forks a running machine into so many machines of this store, named with the first numbers that none has.
    ///
    /// Two calls at once get different numbers. Otherwise as ``fork(_:into:options:)``.
    ///
    /// - Parameter prefix: What the names begin with, before a hyphen and the number; nil takes the machine's name.
    public func fork(
        _ name: String,
        count: Int,
        prefix: String? = nil,
        options: ForkOptions = ForkOptions(),
    ) async throws -> [Machine] {
        let prefix = prefix ?? name
        try Self.check(name: "\(prefix)-\(count)")
        return try await fork(name, into: ForkNames(count, prefix: prefix), options: options)
    }

    private func fork(_ name: String, into names: ForkNames, options: ForkOptions) async throws -> [Machine] {
        // What cannot be removed now is told by `quiver doctor`.
        for interrupted in interruptedForks { try? await removeInterruptedFork(interrupted) }
        let templates = TemplateStore(home: home)
        try templates.checkSpace(forCopyOf: try description(of: name), named: name)
        let scratch = try templates.scratchFolder()
        return try await withCleanup {
            // Another fork of the same machine holds its monitor as long as it copies.
            let original = try await attach(to: name, within: options.startDeadline)
            let whole = try await withCleanup {
                try Folder.create(scratch)
                return try await MachineCopy(machine: original, folder: scratch, deadline: options.startDeadline).make()
            } cleanup: {
                await original.disconnect()
            }
            let template = try await share(whole, in: scratch, options)
            let birth = ForkBirth(store: self, template: template, original: original.description, options: options)
            return try await start(names, birth)
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
    private func start(_ names: ForkNames, _ birth: ForkBirth) async throws -> [Machine] {
        var names = names
        var forks: [Int: Machine] = [:]
        var failure: (any Error)?
        await withTaskGroup(of: (Int, Result<Machine, any Error>).self) { group in
            var places = Array(0..<names.count)[...]
            func startNext() {
                guard failure == nil, let place = places.popFirst(),
                    let name = names.next(isTaken: { HostFile.exists(folder(of: $0).path) })
                else { return }
                group.addTask {
                    do {
                        return (place, .success(try await birth.start(name)))
                    } catch {
                        return (place, .failure(error))
                    }
                }
            }
            startNext()
            startNext()
            for await (place, outcome) in group {
                switch outcome {
                case .success(let fork): forks[place] = fork
                case .failure(let error as MachineError) where error.code == .exists && names.isOpenEnded:
                    places.append(place)
                case .failure(let error):
                    if failure == nil { failure = error }
                    group.cancelAll()
                }
                startNext()
            }
        }
        guard let failure else { return forks.sorted { $0.key < $1.key }.map(\.value) }
        let started = forks.values
        await withoutCancellation { for fork in started { await birth.undo(fork.name) } }
        throw failure
    }
}
