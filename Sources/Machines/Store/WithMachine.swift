public import HostSupport
import LibC
import QMPClient
package import SystemPackage

/// Starts a machine, runs the body, and ends the machine when the body returns, throws or is cancelled.
///
/// The machine also ends with this process, however that ends, and its directory is removed.
///
/// - Parameters:
///   - name: The machine's name in messages; it need not be unique.
///   - home: The home in whose cache the machine's directory is created.
///   - describe: Creates the machine's files in its directory and returns its description.
///   - body: Receives the machine once its monitor answers; the guest may not have booted yet.
/// - Throws: ``MachineError`` if the machine cannot be started; otherwise what the body throws.
public func withMachine<Value>(
    named name: String = "scoped",
    home: QuiverHome = .current,
    options: LaunchOptions = LaunchOptions(),
    describe: (MachineDirectory) async throws -> MachineDescription,
    _ body: (Machine) async throws -> Value,
) async throws -> Value {
    try MachineStore.check(name: name)
    let store = MachineStore(home: home, logger: options.logger)
    let unique = "\(name)-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    let directory = MachineDirectory(path: store.scopes.appending(unique), runtime: home.runtime)
    do {
        try Directory.create(directory.path)
    } catch {
        throw MachineError.file(error, machine: name)
    }
    return try await withCleanup {
        let description = try await describe(directory)
        let machine = try await store.launch(name, directory, description, lifetime: .scoped, options: options)
        return try await withCleanup {
            try await body(machine)
        } cleanup: {
            await machine.endScope()
        }
    } cleanup: {
        try? Directory.removeTree(directory.sockets)
        try? Directory.removeTree(directory.path)
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
    /// The directory of scoped machines.
    package var scopes: FilePath { home.cache.appending("scoped") }
}

extension Machine {
    /// Ends a scoped machine immediately, since nobody will use it again.
    package func endScope() async {
        guard let keeper else { return }
        keeper.kill()
        // Also awaited in a cancelled task: a directory that is removed while QEMU and its keeper still use it would
        // stay.
        let hasEnded = await keeper.hasEnded(within: Self.endLimit)
        await qmp.close()
        // A keeper that is not released keeps waiting for a QEMU that hangs in the kernel, and removes its directory
        // then.
        if hasEnded { keeper.release() }
        keeper.close()
    }
}
