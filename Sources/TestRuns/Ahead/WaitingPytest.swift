import GuestAccess
import Machines
import WireJSON

/// The pytest that was loaded ahead and waits in a fork.
struct WaitingPytest: Sendable {
    private let ahead: PytestAhead
    private let helper: GuestHelper
    private let channel: PluginChannel

    /// - Returns: nil when the fork's template has none.
    init?(in fork: Fork, helper: GuestHelper, channel: PluginChannel) {
        guard let ahead = PytestAhead.read(in: fork.template.folder) else { return nil }
        self.ahead = ahead
        self.helper = helper
        self.channel = channel
    }

    /// The number of the request whose answer tells how it ended.
    var request: Int { ahead.request }

    /// Has it go on as the pytest of a command.
    ///
    /// - Returns: False for a command that it cannot run: then it has ended, and left the port.
    func goOn(as command: GuestCommand, onOutput: @escaping OutputHandler) async throws -> Bool {
        helper.adopt(request, onOutput: onOutput)
        guard let arguments = PytestAhead.arguments(of: command.words), let folder = command.workingDirectory else {
            try channel.send(["do": "leave"])
            _ = try await helper.answer(to: request)
            return false
        }
        var order: JSONObject = ["do": "start", "folder": .string(folder)]
        order.set("arguments", arguments)
        order.set("environment", command.environment)
        order.set("user", command.user)
        try channel.send(order)
        return true
    }
}
