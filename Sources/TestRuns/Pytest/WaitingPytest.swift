import Forks
import GuestAccess
import HostSupport
import Machines
import WireJSON

/// A pytest that was loaded ahead and waits in a fork.
struct WaitingPytest: Sendable {
    private let ahead: PytestAhead
    private let helper: GuestHelper
    private let channel: PluginChannel

    /// Must be created as soon as the fork resumes, or its end would be missed.
    ///
    /// - Returns: nil if the fork's template has none.
    init?(in fork: Fork, helper: GuestHelper, channel: PluginChannel) {
        guard let ahead = PytestAhead.read(in: fork.template.directory) else { return nil }
        self.ahead = ahead
        self.helper = helper
        self.channel = channel
        helper.adopt(ahead.request, onOutput: { _, _ in })
    }

    private static let patience = Duration.seconds(60)

    /// The number of the request whose answer says how it ended.
    var request: Int { ahead.request }

    /// Makes it continue as the pytest of a command.
    ///
    /// - Returns: False for a command that it cannot run: it has then exited and closed the port.
    func continueRun(as command: GuestCommand, onOutput: @escaping OutputHandler) async throws -> Bool {
        guard let order = Self.order(for: command) else {
            try channel.send(["do": "leave"])
            try await withDeadline(Self.patience, waitingFor: "the Python that has loaded pytest to leave its port") {
                _ = try await helper.answer(to: request)
            }
            return false
        }
        helper.adopt(request, onOutput: onOutput)
        try channel.send(order)
        return true
    }

    /// The request for a command; nil if Python must be started in another way, or by another user.
    private static func order(for command: GuestCommand) -> JSONObject? {
        guard command.user == nil, let directory = command.workingDirectory,
            let arguments = PytestAhead.arguments(of: command.words)
        else { return nil }
        var order: JSONObject = ["do": "start", "folder": .string(directory)]
        order.set("arguments", arguments)
        order.set("environment", command.environment)
        return order
    }
}
