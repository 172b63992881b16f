import LibC
import SystemPackage

/// A process of the program `MachineOwner`, to be killed.
struct OwnerProcess {
    let id: pid_t
    private let output: FileDescriptor

    /// Starts it beside the test bundle, where the build puts it.
    init(_ arguments: [String]) throws {
        let program = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("MachineOwner")
        let pipe = try FileDescriptor.pipe()
        _ = fcntl(pipe.readEnd.rawValue, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.writeEnd.rawValue, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclose(&actions, pipe.writeEnd.rawValue)
        let words = ([program.string] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var id = pid_t()
        let result = posix_spawn(&id, program.string, &actions, nil, words, environ)
        try pipe.writeEnd.close()
        guard result == 0 else { throw Errno(rawValue: result) }
        self.id = id
        output = pipe.readEnd
    }

    /// Waits for a line that it says.
    func line() throws -> String {
        var text = ""
        var byte: [UInt8] = [0]
        while try byte.withUnsafeMutableBytes({ try output.read(into: $0) }) == 1, byte[0] != UInt8(ascii: "\n") {
            text += String(decoding: byte, as: UTF8.self)
        }
        return text
    }

    /// What it has said since it was last listened to, without waiting for more.
    func heard() throws -> String {
        var text = ""
        var source = pollfd(fd: output.rawValue, events: Int16(POLLIN), revents: 0)
        while poll(&source, 1, 0) == 1 {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = try buffer.withUnsafeMutableBytes { try output.read(into: $0) }
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    /// Kills it and waits for its end.
    ///
    /// - Returns: What it had still said.
    @discardableResult
    func end(by signal: Int32 = SIGKILL) -> String {
        kill(id, signal)
        return wait()
    }

    /// Waits for its own end.
    ///
    /// - Returns: What it had still said.
    @discardableResult
    func wait() -> String {
        waitpid(id, nil, 0)
        defer { try? output.close() }
        return (try? heard()) ?? ""
    }
}
