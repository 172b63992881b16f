import HostSupport
import QGA
import QMPCore
import Quantities
import Synchronization

extension GuestAgent {
    /// Runs a program in the guest as root and passes on what it prints while it runs.
    ///
    /// The agent itself returns output only at the end, so the program prints to files in a folder of its own, which
    /// are read as they grow and removed at the end.
    /// - Parameters:
    ///   - path: The program, searched in the guest's `PATH` when it has no slash.
    ///   - environment: Variables as `NAME=value`; nil leaves the agent's own.
    ///   - deadline: How long it may run; then it is killed.
    ///   - interval: How often the files are looked at.
    /// - Returns: The exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: ``QMPError``: `timedOut` when the deadline passed; as the agent's commands do.
    public func run(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String]? = nil,
        input: [UInt8]? = nil,
        deadline: Duration,
        interval: Duration = .milliseconds(100),
        onOutput: OutputHandler,
    ) async throws -> Int32 {
        let folder = try await makeFolder()
        let isRunning = Mutex(true)
        return try await withCleanup {
            // The shell's own id becomes the program's.
            let process = try await self.guestExec(
                path: "/bin/sh",
                arg: ["-c", "echo $$ >\"$0/pid\"; exec \"$@\" >\"$0/out\" 2>\"$0/err\"", folder, path] + arguments,
                env: environment,
                inputData: input.map(Base64.encoded),
            )
            let status = try await self.follow(
                process.pid,
                folder,
                deadline: deadline,
                interval: interval,
                onOutput: onOutput
            )
            isRunning.withLock { $0 = false }
            return status
        } cleanup: {
            // Never kill a program that has ended: its id may be another's by now.
            let kill = isRunning.withLock { $0 } ? "kill -9 \"$(cat \"$0/pid\")\"; " : ""
            _ = try? await self.guestExec(path: "/bin/sh", arg: ["-c", "\(kill)rm -rf -- \"$0\"", folder])
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

    private func makeFolder() async throws -> String {
        let made = try await guestExec(
            path: "/bin/sh",
            arg: ["-c", "umask 077; d=$(mktemp -d); : >\"$d/out\"; : >\"$d/err\"; echo \"$d\""],
            captureOutput: .flag(true),
        )
        let end = ContinuousClock.now + options.commandDeadline
        while ContinuousClock.now < end {
            let status = try await guestExecStatus(pid: made.pid)
            if status.exited {
                let text = status.outData.flatMap(Base64.decoded).map { String(decoding: $0, as: UTF8.self) } ?? ""
                let folder = text.split(separator: "\n").first.map(String.init) ?? ""
                guard status.exitcode == 0, folder.hasPrefix("/") else { break }
                return folder
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw QMPError(
            .commandFailed,
            command: GuestExecCommand.name,
            "\(guest): cannot make a folder for the program's output"
        )
    }

    private func follow(
        _ process: Int64,
        _ folder: String,
        deadline: Duration,
        interval: Duration,
        onOutput: OutputHandler,
    ) async throws -> Int32 {
        let files = [
            (stream: OutputStream.standardOutput, handle: try await guestFileOpen(path: folder + "/out", mode: "r")),
            (stream: OutputStream.standardError, handle: try await guestFileOpen(path: folder + "/err", mode: "r")),
        ]
        let end = ContinuousClock.now + deadline
        return try await withCleanup {
            while true {
                // The status first: what was printed before the end is then in the files.
                let status = try await self.guestExecStatus(pid: process)
                for file in files {
                    while ContinuousClock.now < end {
                        let piece = try await self.readPiece(file.handle)
                        if !piece.bytes.isEmpty { onOutput(file.stream, piece.bytes) }
                        if piece.isLast { break }
                    }
                }
                if status.exited {
                    return status.signal.map { 128 + Int32(truncatingIfNeeded: $0) }
                        ?? Int32(truncatingIfNeeded: status.exitcode ?? 0)
                }
                guard ContinuousClock.now < end else {
                    throw QMPError(
                        .timedOut,
                        command: GuestExecCommand.name,
                        "\(self.guest): gave up after \(deadline.shortText) waiting for the program to end",
                    )
                }
                try await Task.sleep(for: interval)
            }
        } cleanup: {
            for file in files { try? await self.guestFileClose(handle: file.handle) }
        }
    }
}
