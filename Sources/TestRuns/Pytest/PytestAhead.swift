import GuestAccess
import HostSupport
import Machines
import SystemPackage
import WireJSON

/// A Python that has loaded pytest before its machine was frozen; in each fork it waits for the command to run.
struct PytestAhead: Codable, Sendable {
    /// The number of the helper request that started it.
    let request: Int

    /// The program that waits in the guest.
    static var source: String { String(decoding: PackageResources.quiver_ahead_py, as: UTF8.self) }

    /// The start of the commands that it can replace.
    private static let command = ["python3", "-m", "pytest"]
    static let fileName = "pytest.json"

    /// pytest's arguments, if this can run the command; nil otherwise.
    static func arguments(of words: [String]) -> [String]? {
        words.starts(with: command) ? Array(words.dropFirst(command.count)) : nil
    }

    /// Starts it, and returns when it is waiting.
    ///
    /// - Parameters:
    ///   - channel: The channel to pytest's port, which must stay connected until the machine is frozen.
    ///   - patience: How long each step may take.
    /// - Returns: nil if there is no pytest, if it must not be loaded ahead, or if loading takes too long: runs then
    ///   start their own.
    static func start(
        helper: GuestHelper,
        channel: PluginChannel,
        within patience: Duration,
    ) async throws -> PytestAhead? {
        let path = "\(PytestPlugin.directory)/quiver_ahead.py"
        let written = try await helper.collect(PytestPlugin.writing("quiver_ahead", source), within: patience)
        guard written.isSuccess else { return nil }
        var program = GuestCommand(["python3", path, PytestPlugin.port, ProjectSync.projects])
        program.environment = Suite.environment
        let request = try helper.begin(program, onOutput: { _, _ in })
        let isWaiting = try await race(
            { await channel.next() != nil },
            {
                _ = try await helper.answer(to: request)
                return false
            },
            {
                try await Task.sleep(for: patience)
                return false
            },
        )
        guard isWaiting == true else {
            // Whatever it is still doing, the port must be free.
            let end: JSONObject = ["command": .integer(Int64(request))]
            _ = try await helper.request("kill", end, within: patience)
            return nil
        }
        return PytestAhead(request: request)
    }

    /// The one that waits in a template; nil if there is none.
    static func read(in directory: FilePath) -> PytestAhead? {
        JSONFile.read(PytestAhead.self, from: directory.appending(fileName))
    }

    func write(in directory: FilePath) throws {
        try JSONFile.write(self, to: directory.appending(Self.fileName))
    }
}
