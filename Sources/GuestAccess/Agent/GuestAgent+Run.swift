import HostSupport
import QGA
import QMPCore
import Quantities
import Synchronization

extension GuestAgent {
    /// Runs a program in the guest as root and passes on what it prints while it runs.
    ///
    /// The agent itself only returns output at the end, so the program writes to files in a temporary directory, which
    /// are read as they grow and removed at the end.
    /// - Parameters:
    ///   - path: The program, searched in the guest's `PATH` when it has no slash.
    ///   - environment: Variables as `NAME=value`; nil leaves the agent's own.
    ///   - deadline: How long it may run; then it is killed with all that it started.
    ///   - interval: How often the files are read.
    /// - Returns: The exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: ``QMPCore/QMPError``: `timedOut` when the deadline passed; as the agent's commands do.
    public func run(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String]? = nil,
        input: [UInt8]? = nil,
        deadline: Duration,
        interval: Duration = .milliseconds(100),
        onOutput: OutputHandler,
    ) async throws -> Int32 {
        let directory = try await makeDirectory()
        let started = Mutex<Int64?>(nil)
        return try await withCleanup {
            let process = try await self.guestExec(
                path: "/bin/sh",
                arg: ["-c", Self.start, directory, path] + arguments,
                env: environment,
                inputData: input.map(Base64.encoded),
            ).pid
            started.withLock { $0 = process }
            return try await self.withFile(directory + "/out", mode: "r") { out in
                try await self.withFile(directory + "/err", mode: "r") { err in
                    let files = [(OutputStream.standardOutput, out), (OutputStream.standardError, err)]
                    let end = ContinuousClock.now + deadline
                    while true {
                        // The status first: what was printed before the end is then in the files.
                        let status = try await self.guestExecStatus(pid: process)
                        if status.exited { started.withLock { $0 = nil } }
                        for (stream, handle) in files {
                            try await self.pass(on: stream, handle, until: status.exited ? nil : end, onOutput)
                        }
                        if status.exited { return Self.exitStatus(status) }
                        guard ContinuousClock.now < end else { throw self.runsOn(after: deadline) }
                        try await Task.sleep(for: interval)
                    }
                }
            }
        } cleanup: {
            await self.tidyUp(directory, running: started.withLock { $0 })
        }
    }

    /// Runs a program in the guest as root and keeps what it prints, at most 16 MiB of each stream.
    public func collect(
        _ path: String,
        _ arguments: [String] = [],
        deadline: Duration,
    ) async throws -> CollectedCommand {
        let collector = OutputCollector(limit: 16 << 20)
        let status = try await run(path, arguments, deadline: deadline) { collector.receive($0, $1) }
        return collector.outcome(status: status)
    }

    /// Starts the program in the arguments, in a new session if the guest supports it.
    ///
    /// Its children can then be killed with it. Every step keeps the process, so the shell's id becomes the program's.
    private static let start = """
        set -- /bin/sh -c 'echo $$ >"$0/pid"; exec "$@" >"$0/out" 2>"$0/err"' "$0" "$@"
        command -v setsid >/dev/null && exec setsid "$@"
        exec "$@"
        """

    /// Kills the program, with its process group if it has its own.
    private static let kill = """
        read -r p <"$0/pid" && { kill -9 -- "-$p" || kill -9 "$p"; } 2>/dev/null

        """

    private static let remove = #"rm -rf -- "$0""#

    private func makeDirectory() async throws -> String {
        let made = try await guestExec(
            path: "/bin/sh",
            arg: ["-c", "umask 077; d=$(mktemp -d); : >\"$d/out\"; : >\"$d/err\"; echo \"$d\""],
            captureOutput: .flag(true),
        )
        let status = try await waitForEnd(of: made.pid, within: options.commandDeadline)
        let text = status.outData.flatMap(Base64.decoded).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let directory = text.split(separator: "\n").first.map(String.init) ?? ""
        guard status.exitcode == 0, directory.hasPrefix("/") else {
            throw QMPError(
                .commandFailed,
                command: GuestExecCommand.name,
                "\(guest): cannot create a directory for the program's output"
            )
        }
        return directory
    }

    /// Passes on new output in the file; all of it if there is no `end`.
    private func pass(
        on stream: OutputStream,
        _ handle: Int64,
        until end: ContinuousClock.Instant?,
        _ onOutput: OutputHandler,
    ) async throws {
        while true {
            let piece = try await readPiece(handle)
            if !piece.bytes.isEmpty { onOutput(stream, piece.bytes) }
            if piece.isLast { return }
            // Otherwise a program that never stops printing would be read forever.
            if let end, ContinuousClock.now >= end { return }
        }
    }

    /// Kills a program that is still running and removes its directory.
    ///
    /// The agent keeps a process's record until its status is read after its end, so it is read.
    /// - Parameter running: The program's process; nil when it has ended: its id may be another's by now.
    private func tidyUp(_ directory: String, running: Int64?) async {
        let script = (running == nil ? "" : Self.kill) + Self.remove
        let command = GuestExecCommand(path: "/bin/sh", arg: ["-c", script, directory])
        guard let tidying = try? await execute(command, deadline: Self.cleanupDeadline) else { return }
        for process in [tidying.pid, running].compactMap(\.self) {
            _ = try? await waitForEnd(of: process, within: Self.cleanupDeadline)
        }
    }

    private func waitForEnd(of process: Int64, within limit: Duration) async throws -> GuestExecStatus {
        let end = ContinuousClock.now + limit
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { throw runsOn(after: limit) }
            let status = try await execute(GuestExecStatusCommand(pid: process), deadline: left)
            if status.exited { return status }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The exit status as a shell tells it, from 0 to 255; what no program can have ended with is 255.
    static func exitStatus(_ status: GuestExecStatus) -> Int32 {
        let value = status.signal.map { (1...127).contains($0) ? 128 + $0 : 255 } ?? status.exitcode ?? 0
        return Int32(UInt8(exactly: value) ?? .max)
    }

    private func runsOn(after limit: Duration) -> QMPError {
        QMPError(
            .timedOut,
            command: GuestExecCommand.name,
            "\(guest): gave up after \(limit.shortText) waiting for the program to end",
        )
    }
}
