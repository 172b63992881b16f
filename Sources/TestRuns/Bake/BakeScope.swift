import HostSupport
import Machines
import SystemPackage

/// The lifetime of a bake's machine: that of the bake, or longer, for inspection, if the bake failed.
struct BakeScope {
    let home: QuiverHome
    let launch: LaunchOptions
    let project: FilePath
    let keepsFailed: Bool

    /// Runs the body with a machine, which is removed afterwards unless the body failed and failed machines are kept.
    func withMachine<Value: Sendable>(
        describe: (MachineDirectory) async throws -> MachineDescription,
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        guard keepsFailed else {
            return try await Machines.withMachine(
                named: "bake",
                home: home,
                options: launch,
                describe: describe,
                body,
            )
        }
        let store = MachineStore(home: home, logger: launch.logger)
        let name = freeName(in: store)
        _ = try await store.create(name, describe: describe)
        return try await withKept(name, in: store, body)
    }

    /// As in `bake-netlab-1`.
    private func freeName(in store: MachineStore) -> String {
        let letters = (project.lastComponent?.string ?? "project").map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) ? letter : "-"
        }
        let taken = Set(store.names)
        let stem = "bake-" + String(letters.prefix(40))
        return (1...).lazy.map { "\(stem)-\($0)" }.first { !taken.contains($0) } ?? stem
    }

    private func withKept<Value: Sendable>(
        _ name: String,
        in store: MachineStore,
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        let machine: Machine
        do {
            machine = try await store.start(name, options: launch)
        } catch {
            try? await store.remove(name)
            throw error
        }
        do {
            let value = try await body(machine)
            await discard(machine, from: store)
            return value
        } catch {
            guard !Task.isCancelled, !(error is CancellationError) else {
                await discard(machine, from: store)
                throw error
            }
            let hasEnded = machine.exitCause != nil
            await machine.disconnect()
            let look =
                hasEnded
                ? "it has stopped: show its output with `quiver console --log \(name)`, or start it with `quiver start \(name)`"
                : "inspect it with `quiver ssh \(name)` or `quiver console \(name)`"
            let code = (error as? TestRunError)?.code ?? .bakeFailed
            throw TestRunError(
                code,
                "\(error). Its machine \(name) was kept: \(look); "
                    + "remove it with `quiver kill \(name)` and `quiver rm \(name)`",
                cause: error,
            )
        }
    }

    private func discard(_ machine: Machine, from store: MachineStore) async {
        await withoutCancellation {
            _ = try? await machine.kill()
            await machine.disconnect()
            try? await store.remove(machine.name)
        }
    }
}
