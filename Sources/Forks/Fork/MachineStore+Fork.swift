import GuestAccess
import HostSupport
public import Machines
import QMPClient
import SystemPackage

extension MachineStore {
    /// Forks a running machine into machines of this store, which outlive this process; the machine itself continues.
    ///
    /// Each fork has its own host name, machine-id and host key, and its own host ports for the same forwards. The
    /// forks share the machine's memory until they write to it.
    ///
    /// - Parameters:
    ///   - names: The forks' names, which are also their guests' host names.
    ///   - options: How they are started. If its fix-up sets no identity, each fork gets its own.
    /// - Returns: The running forks, in the order of their names.
    /// - Throws: ``Machines/MachineError`` with code `exists`, `notRunning`, or `unresponsive` when the helper in its guest does
    ///   not answer; ``Forks/TemplateError`` with QEMU's reason. No fork is left behind then.
    package func fork(
        _ name: String,
        into names: [String],
        options: ForkOptions = ForkOptions(),
    ) async throws -> [Machine] {
        for new in names {
            try Self.check(name: new)
            guard !HostFile.exists(directory(of: new).path) else {
                throw MachineError(.exists, machine: new, "already exists; choose another name")
            }
        }
        return try await fork(name, into: ForkNames(names), options: options)
    }

    /// Forks a running machine into `count` machines of this store, named with the first free numbers.
    ///
    /// Concurrent calls get different numbers. Otherwise like ``fork(_:into:options:)``.
    ///
    /// - Parameter prefix: The part of the names before a hyphen and the number; nil uses the machine's name.
    package func fork(
        _ name: String,
        count: Int,
        prefix: String? = nil,
        options: ForkOptions = ForkOptions(),
    ) async throws -> [Machine] {
        let prefix = prefix ?? name
        try Self.check(name: "\(prefix)-\(count)")
        return try await fork(name, into: ForkNames(count, prefix: prefix), options: options)
    }

    /// Forks a running machine with names that no other machine has, and disconnects from the forks after the body.
    ///
    /// - Parameter body: Receives the running forks, which outlive it and this process.
    public func withForks<Value>(
        of name: String,
        count: Int,
        prefix: String? = nil,
        options: ForkOptions = ForkOptions(),
        _ body: ([Machine]) async throws -> Value,
    ) async throws -> Value {
        let forks = try await fork(name, count: count, prefix: prefix, options: options)
        return try await withCleanup {
            try await body(forks)
        } cleanup: {
            for fork in forks { await fork.disconnect() }
        }
    }

    private func fork(_ name: String, into names: ForkNames, options: ForkOptions) async throws -> [Machine] {
        // What cannot be removed now is reported by `quiver doctor`.
        for interrupted in interruptedForks { try? await removeInterruptedFork(interrupted) }
        let templates = TemplateStore(home: home)
        try templates.checkSpace(forCopyOf: try description(of: name), named: name)
        let scratch = try templates.scratchDirectory()
        return try await withCleanup {
            // Another fork of the same machine uses its monitor while it copies.
            let original = try await attach(to: name, within: options.startDeadline)
            let whole = try await withCleanup {
                try Directory.create(scratch)
                return try await TemplateCopy(machine: original, directory: scratch, deadline: options.startDeadline)
                    .make()
            } cleanup: {
                await original.disconnect()
            }
            let template = try await share(whole, in: scratch, options)
            let maker = ForkMaker(store: self, template: template, original: original.description, options: options)
            return try await start(names, maker)
        } cleanup: {
            // The forks have mapped the memory and linked the disks: they no longer need the names.
            try? Directory.removeTree(scratch)
        }
    }

    /// Turns a copy with the memory in its state into one with a memory file that forks can share.
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
            return Template(directory: frozen.directory, record: record)
        } cleanup: {
            await mold.end()
        }
    }

    /// Starts all forks, two at a time; if one cannot be started, the others are removed.
    private func start(_ names: ForkNames, _ maker: ForkMaker) async throws -> [Machine] {
        var names = names
        var forks: [Int: Machine] = [:]
        var failure: (any Error)?
        await withTaskGroup(of: (Int, Result<Machine, any Error>).self) { group in
            var places = Array(0..<names.count)[...]
            func startNext() {
                guard failure == nil, let place = places.popFirst(),
                    let name = names.next(isTaken: { HostFile.exists(directory(of: $0).path) })
                else { return }
                group.addTask {
                    do {
                        return (place, .success(try await maker.start(name)))
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
        // None is left behind either if this was cancelled when all were there.
        if failure == nil, Task.isCancelled { failure = CancellationError() }
        guard let failure else { return forks.sorted { $0.key < $1.key }.map(\.value) }
        let started = forks.values
        await withoutCancellation { for fork in started { await maker.undo(fork.name) } }
        throw failure
    }
}
