import ArgumentParser
import GuestAccess

extension Quiver {
    /// Parses the command line, runs the command and returns the process's exit status.
    ///
    /// Ctrl-C and SIGTERM cancel the command, which then cleans up; what it started is gone when this returns. A second
    /// Ctrl-C ends the process at once.
    public static func main(_ arguments: [String]) async -> Int32 {
        StandardDescriptors.open()
        let interruption = Interruption()
        do {
            try await interruption.run { try await run(arguments) }
            return ExitStatus.done.rawValue
        } catch {
            if let signal = interruption.signal {
                StandardError.write("quiver: interrupted")
                return 128 + signal
            }
            return report(error, arguments: arguments)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            throw ParsingFailure(error: error)
        }
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    private static func report(_ error: any Error, arguments: [String]) -> Int32 {
        // A request for help is an error of the parser, thrown by the command that shows it.
        if exitCode(for: error).isSuccess { return report(parsing: error, arguments: arguments) }
        switch error {
        case let failure as ParsingFailure: return report(parsing: failure.error, arguments: arguments)
        case is CleanExit, is ValidationError, is ExitCode: return report(parsing: error, arguments: arguments)
        case let passedOn as PassedOnStatus: return passedOn.code
        default: break
        }
        let failure = CommandFailure(explaining: error)
        failure.report(withCauses: arguments.prefix(while: { $0 != "--" }).contains("--verbose"))
        return failure.status.rawValue
    }

    /// Prints help if it was requested, otherwise one line that says what is wrong with the command line.
    private static func report(parsing error: any Error, arguments: [String]) -> Int32 {
        let code = exitCode(for: error)
        guard !code.isSuccess else {
            do throws(CommandFailure) {
                try StandardOutput.print(fullMessage(for: error))
                return code.rawValue
            } catch {
                error.report(withCauses: false)
                return error.status.rawValue
            }
        }
        let message = message(for: error).split(separator: "\n").joined(separator: " ")
        let path = commandPath(of: arguments)
        let hint = [ValueHint.following(message), ParsingHint.following(message, command: path)].first { !$0.isEmpty }
        StandardError.write(
            "quiver: \(GuestText.shown(message))\(hint ?? "") (see: \(path.joined(separator: " ")) --help)"
        )
        return code.rawValue
    }

    /// The longest run of subcommand names that the arguments begin with, as in `quiver image build`.
    private static func commandPath(of arguments: [String]) -> [String] {
        var path = [configuration.commandName ?? "quiver"]
        var commands = configuration.subcommands
        for argument in arguments {
            guard let next = commands.first(where: { $0.configuration.commandName == argument }) else { break }
            path.append(argument)
            commands = next.configuration.subcommands
        }
        return path
    }
}

/// An error from ArgumentParser, as opposed to one from the command.
private struct ParsingFailure: Error {
    let error: any Error
}
