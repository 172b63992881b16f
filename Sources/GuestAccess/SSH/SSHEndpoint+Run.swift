import HostSupport
import HostTools
import Subprocess
import SystemPackage

/// Which of a command's outputs bytes come from.
public enum OutputStream: String, Sendable, Hashable {
    /// The command's standard output.
    case standardOutput = "stdout"
    /// The command's standard error.
    case standardError = "stderr"
}

/// Receives a command's output as it comes, from any thread, each stream in order.
public typealias OutputHandler = @Sendable (OutputStream, [UInt8]) -> Void

extension SSHEndpoint {
    /// Runs a command in the guest and waits for its end.
    ///
    /// The command's own exit status 255 is distinguished from a failure of ssh, which is thrown.
    ///
    /// - Parameters:
    ///   - command: What the guest's login shell executes; quote words with ``ShellWords``.
    ///   - input: What the command reads from its standard input.
    ///   - onOutput: Receives the output as it comes.
    /// - Returns: The exit status; 128 and the signal's number when a signal ended the command's shell.
    /// - Throws: ``GuestAccessError`` when the guest cannot be reached or the connection is lost.
    public func run(
        _ command: String,
        input: [UInt8] = [],
        connectTimeout: Duration = .seconds(10),
        onOutput: @escaping OutputHandler = { _, _ in },
    ) async throws -> Int32 {
        try await withDiagnosis { log in
            let arguments = options(connectTimeout: connectTimeout) + ["-E", log.string, "-T", host, "--", command]
            let result = try await Subprocess.run(
                .name("ssh"),
                arguments: Arguments(arguments),
                platformOptions: .endingWithTask,
                input: .array(input),
                output: .sequence,
                error: .sequence,
            ) { execution in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let streams = [
                        (OutputStream.standardOutput, execution.standardOutput),
                        (OutputStream.standardError, execution.standardError),
                    ]
                    for (name, stream) in streams {
                        group.addTask {
                            for try await buffer in stream { onOutput(name, buffer.withUnsafeBytes { Array($0) }) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            return result.terminationStatus.shellStatus
        }
    }

    /// Runs a command in the guest and collects what it prints.
    ///
    /// - Parameter limit: The most bytes kept of either output; what is printed beyond it is dropped.
    /// - Throws: ``GuestAccessError`` when the guest cannot be reached or the connection is lost.
    public func collect(
        _ command: String,
        input: [UInt8] = [],
        connectTimeout: Duration = .seconds(10),
        limit: Int = 16 << 20,
    ) async throws -> CollectedCommand {
        let collector = OutputCollector(limit: limit)
        let status = try await run(command, input: input, connectTimeout: connectTimeout, onOutput: collector.receive)
        return collector.outcome(status: status)
    }

    /// Connects this process's terminal to a command in the guest, or to a login shell without one.
    ///
    /// - Parameter terminal: Whether the guest side is a terminal too.
    /// - Returns: The exit status of the command.
    /// - Throws: ``GuestAccessError`` when the guest cannot be reached or the connection is lost.
    public func interact(_ command: String? = nil, terminal: Bool) async throws -> Int32 {
        try await withDiagnosis { log in
            let arguments = options() + ["-E", log.string, terminal ? "-t" : "-T", host]
            let result = try await Subprocess.run(
                .name("ssh"),
                arguments: Arguments(arguments + (command.map { ["--", $0] } ?? [])),
                platformOptions: .endingWithTask,
                input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            )
            return result.terminationStatus.shellStatus
        }
    }

    /// Runs ssh with its own messages in a file, away from the command's, and judges status 255 by them.
    private func withDiagnosis(_ body: (_ log: FilePath) async throws -> Int32) async throws -> Int32 {
        let log = FilePath("/tmp/quiver-ssh-\(UInt64.random(in: 0 ... .max)).log")
        defer { try? Directory.removeTree(log) }
        let status: Int32
        do {
            status = try await body(log)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw GuestAccessError(
                .toolMissing,
                guest: guest,
                "ssh is not installed; install the OpenSSH client",
                cause: error
            )
        }
        try Task.checkCancellation()
        guard status == 255 else { return status }
        let messages = (try? WholeFile.readText(log)) ?? ""
        if let failure = SSHDiagnosis(messages: messages)?.error(guest: guest, endpoint: "\(user)@\(host):\(port)") {
            throw failure
        }
        return status
    }
}

extension PlatformOptions {
    /// A program that is shut down, then killed, when its task is cancelled.
    static var endingWithTask: Self {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        return options
    }
}
