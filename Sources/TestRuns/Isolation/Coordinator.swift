import Forks
import GuestAccess
import HostSupport
import Machines
import PluginProtocol
import Synchronization
import WireJSON

/// The fork whose pytest receives the reports of all others, and prints, counts and ends as if it had run the tests.
final class Coordinator: Sendable {
    let fork: Fork
    private let channel: PluginChannel
    private let helper: GuestHelper
    private let command: Int
    private let stopped = Mutex(false)

    /// Forks the template and makes its pytest the coordinator.
    ///
    /// - Parameter onOutput: Receives pytest's output, continuing what it printed before the freeze.
    init(
        template: Template,
        command: Int,
        home: QuiverHome,
        onOutput: @escaping OutputHandler,
    ) async throws {
        let options = ForkOptions(channels: [.pytest])
        fork = try await template.pausedFork(named: "coordinator", home: home, options: options)
        do {
            let access = try fork.pytestAccess()
            (helper, channel) = (access.helper, access.channel)
            self.command = command
            helper.adopt(command, onOutput: onOutput)
            try await fork.resume(options: options)
            try channel.send(["do": "coordinate"])
        } catch {
            let fork = fork
            await withoutCancellation { await fork.end() }
            throw error
        }
    }

    /// Whether pytest has ended the run itself, as with `-x`.
    var hasStopped: Bool { stopped.withLock { $0 } }

    /// Makes pytest report one test.
    ///
    /// - Returns: False if pytest ends the run with it.
    func replay(_ outcome: TestOutcome, of index: Int) async throws -> Bool {
        try channel.send(outcome.replay(of: index))
        var answer = await channel.next()
        // Only the plugin's answer to this request counts, whatever else is sent in that machine.
        while let other = answer, other["event"] != "replayed" || other["item"]?.intValue != index {
            answer = await channel.next()
        }
        guard let answer else {
            try Task.checkCancellation()
            guard !channel.isFlooded else {
                throw TestRunError(.machineLost, "something in the machine that reports flooded pytest's port")
            }
            // The machine has ended; its watcher says why.
            stopped.withLock { $0 = true }
            return false
        }
        let stops = answer["stops"]?.boolValue ?? false
        if stops { stopped.withLock { $0 = true } }
        return !stops
    }

    /// Tells pytest that there are no more tests.
    func finish() throws { try channel.send(["do": "finish"]) }

    /// Waits until pytest ends and returns its exit status.
    func status() async throws -> Int32 {
        try await helper.answer(to: command).guestStatus("status")
    }

    func end() async {
        channel.close()
        await fork.end()
    }
}
