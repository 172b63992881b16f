import GuestAccess
import HostSupport
import Machines
import WireJSON

/// The pytest that was loaded ahead and waits in a fork.
struct WaitingPytest: Sendable {
    private let ahead: PytestAhead
    private let helper: GuestHelper
    private let channel: PluginChannel

    /// Looks for it as soon as the fork goes on: its end would otherwise be missed.
    ///
    /// - Returns: nil when the fork's template has none.
    init?(in fork: Fork, helper: GuestHelper, channel: PluginChannel) {
        guard let ahead = PytestAhead.read(in: fork.template.folder) else { return nil }
        self.ahead = ahead
        self.helper = helper
        self.channel = channel
        helper.adopt(ahead.request, onOutput: { _, _ in })
    }

    private static let patience = Duration.seconds(60)

    /// The number of the request whose answer tells how it ended.
    var request: Int { ahead.request }

    /// Has it go on as the pytest of a command.
    ///
    /// - Returns: False for a command that it cannot run: then it has ended, and left the port.
    func goOn(as command: GuestCommand, onOutput: @escaping OutputHandler) async throws -> Bool {
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

    /// What it is told to run; nil where Python must be started in another way, or by another user.
    private static func order(for command: GuestCommand) -> JSONObject? {
        guard command.user == nil, let folder = command.workingDirectory,
            let arguments = PytestAhead.arguments(of: command.words)
        else { return nil }
        var order: JSONObject = ["do": "start", "folder": .string(folder)]
        order.set("arguments", arguments)
        order.set("environment", command.environment)
        return order
    }
}
