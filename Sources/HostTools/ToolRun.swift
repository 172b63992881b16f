import HostSupport
import Subprocess
public import SystemPackage

/// Another program, run to its end with its output collected.
public enum ToolRun {
    /// What a program printed and how it ended.
    public struct Outcome: Sendable {
        /// The exit status; for a program that was ended by a signal, 128 plus the signal's number, as in a shell.
        public let status: Int32
        /// What the program wrote to standard output.
        public let output: String
        /// What the program wrote to standard error.
        public let errors: String

        /// Whether the exit status is 0.
        public var isSuccess: Bool { status == 0 }

        /// The last line on standard error that is not blank, otherwise on standard output.
        public var lastWords: String {
            let lines = (errors.isEmpty ? output : errors).split(separator: "\n")
            return lines.last { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? "exit status \(status)"
        }
    }

    /// Runs the program and waits until it exits; a non-zero exit status is a result, not an error.
    ///
    /// Cancelling the task sends SIGTERM and, after the grace, SIGKILL.
    ///
    /// - Parameters:
    ///   - tool: A name to find in `PATH`, or a path.
    ///   - arguments: The arguments after the program's name.
    ///   - environment: Changes to the inherited environment.
    ///   - workingDirectory: The directory to run in; nil for this process's.
    ///   - input: The file that the program reads as its standard input.
    ///   - grace: How long a cancelled program may take to exit before it is killed.
    ///   - limit: The most that either output may print, in bytes; more is an error.
    /// - Throws: ``ToolMissing`` if there is no such program.
    public static func run(
        _ tool: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        workingDirectory: FilePath? = nil,
        input: FilePath = "/dev/null",
        grace: Duration = .seconds(2),
        limit: Int = 16 << 20,
    ) async throws -> Outcome {
        let standardInput: FileDescriptor
        do {
            standardInput = try .open(input, .readOnly, options: .closeOnExec)
        } catch {
            throw FileFailure.reading(input, error as? Errno ?? .ioError)
        }
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { changes[key] = value }
        }
        var options = PlatformOptions()
        // mmdebstrap sends SIGHUP to its whole process group when the disk is full; it must not end ours.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: grace)]
        do {
            let result = try await Subprocess.run(
                tool.contains("/") ? .path(FilePath(tool)) : .name(tool),
                arguments: Arguments(arguments),
                environment: .inherit.updating(changes),
                workingDirectory: workingDirectory,
                platformOptions: options,
                input: .fileDescriptor(standardInput, closeAfterSpawningProcess: true),
                output: .string(limit: limit),
                error: .string(limit: limit),
            )
            return Outcome(
                status: result.terminationStatus.shellStatus,
                output: result.standardOutput,
                errors: result.standardError,
            )
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ToolMissing(tool)
        }
    }
}

extension TerminationStatus {
    /// The status as in a shell: the exit status, or 128 plus the signal's number.
    package var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
