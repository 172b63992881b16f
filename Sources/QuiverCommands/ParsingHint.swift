import ArgumentParser
import HostSupport

/// What to do about arguments that a command does not take.
enum ParsingHint {
    /// The hint for a message of the parser; empty for others.
    ///
    /// - Parameter command: The words of the command, as in `["quiver", "image", "build"]`.
    static func following(_ message: String, command: [String]) -> String {
        guard let argument = argument(in: message) else { return "" }
        if let subcommand = NearestName.find(argument, among: subcommands(of: command)) {
            return "; did you mean \((command + [subcommand]).joined(separator: " "))?"
        }
        switch command.dropFirst().first {
        case "exec", "ssh": return "; put -- before the command"
        case "test" where argument.hasPrefix("-"): return "; pytest's options follow --, as in: quiver test -- -x"
        default: return ""
        }
    }

    /// The argument in `Unexpected argument 'strat'` and `Unknown option '-k'`.
    private static func argument(in message: String) -> String? {
        guard let begin = ["Unexpected argument '", "Unknown option '"].first(where: message.hasPrefix) else {
            return nil
        }
        return String(message.dropFirst(begin.count).prefix { $0 != "'" })
    }

    private static func subcommands(of command: [String]) -> [String] {
        var commands = Quiver.configuration.subcommands
        for word in command.dropFirst() {
            commands = commands.first { $0.configuration.commandName == word }?.configuration.subcommands ?? []
        }
        return commands.compactMap { $0.configuration.commandName }
    }
}
