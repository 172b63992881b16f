public import HostSupport
import LibC
import QMPClient
import SystemPackage

/// Starts a machine, runs the body, and ends the machine whether the body returned, threw or was cancelled.
///
/// The machine also ends when this process does, however that happens, and its folder goes with it.
///
/// - Parameters:
///   - name: What the machine is called in messages; it need not be unique.
///   - home: Below whose cache the machine's folder is made.
///   - describe: Makes the machine's files in its folder and returns its description.
///   - body: Gets the machine once its monitor answers; the guest may not have booted by then.
/// - Throws: ``MachineError`` when the machine cannot be started; otherwise what the body throws.
public func withMachine<Value>(
    named name: String = "scoped",
    home: QuiverHome = .current,
    options: LaunchOptions = LaunchOptions(),
    describe: (MachineFolder) async throws -> MachineDescription,
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    try MachineStore.check(name: name)
    let store = MachineStore(home: home, logger: options.logger)
    let unique = "\(name)-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    let folder = MachineFolder(path: store.scopes.appending(unique), runtime: home.runtime)
    do {
        try Folder.create(folder.path)
    } catch {
        throw MachineError.file(error, machine: name)
    }
    return try await withCleanup {
        let description = try await describe(folder)
        let machine = try await store.launch(name, folder, description, lifetime: .scoped, options: options)
        return try await withCleanup {
            try await body(machine)
        } cleanup: {
            await machine.endScope()
        }
    } cleanup: {
        try? Folder.removeTree(folder.sockets)
        try? Folder.removeTree(folder.path)
    }
}

/// Starts a machine of the given description, runs the body, and ends the machine; see
/// ``withMachine(named:home:options:describe:_:)``.
public func withMachine<Value>(
    _ description: MachineDescription,
    named name: String = "scoped",
    home: QuiverHome = .current,
    options: LaunchOptions = LaunchOptions(),
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    try await withMachine(named: name, home: home, options: options, describe: { _ in description }, body)
}

extension MachineStore {
    /// Where the folders of scoped machines are.
    var scopes: FilePath { home.cache.appending("scoped") }
}

extension Machine {
    /// Ends a scoped machine: at once, since nobody will look at it again.
    func endScope() async {
        guard let keeper else { return }
        keeper.kill()
        // Waited for also when the task is cancelled: a folder that is removed under the hands of QEMU and its keeper stays.
        let hasEnded = await keeper.hasEnded(within: Self.endLimit)
        await qmp.close()
        // A keeper that is not released goes on waiting for a QEMU that hangs in the kernel, and removes its folder then.
        if hasEnded { keeper.release() }
        keeper.close()
    }
}
