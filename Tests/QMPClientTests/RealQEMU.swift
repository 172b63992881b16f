import LibC
import Subprocess
import SystemPackage
import Testing

extension Tag {
    /// Needs QEMU, as `make test` does: never skipped.
    @Tag static var qemu: Self
}

/// A QEMU to test against.
struct RealQEMU: Sendable, CustomTestStringConvertible {
    let name: String
    let program: String
    let arguments: [String]

    var testDescription: String { name }

    /// The system's QEMU, and those that are unpacked in the directories that `QUIVER_TEST_QEMU_NEXT` lists, with colons
    /// between them.
    static let all: [RealQEMU] = {
        var found = [RealQEMU(name: "system", program: "qemu-system-x86_64", arguments: [])]
        let list = getenv("QUIVER_TEST_QEMU_NEXT").map { String(cString: $0) } ?? ""
        for directory in list.split(separator: ":") {
            found.append(
                RealQEMU(
                    name: "\(directory)",
                    program: "\(directory)/usr/bin/qemu-system-x86_64",
                    arguments: ["-L", "\(directory)/usr/share/qemu", "-L", "/usr/share/seabios"],
                )
            )
        }
        return found
    }()

    /// Runs QEMU without a guest while `body` runs, with `monitors` sockets to connect to.
    func run<Value: Sendable>(
        monitors: Int = 1,
        machine: [String] = ["-machine", "none"],
        _ body: @Sendable @escaping (_ sockets: [FilePath], _ process: pid_t) async throws -> Value,
    ) async throws -> Value {
        let stem = "/tmp/quiver-qmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let sockets = (0..<monitors).map { FilePath("\(stem)-\($0).sock") }
        defer { for socket in sockets { unlink(socket.string) } }
        var all = arguments + machine + ["-display", "none", "-nodefaults", "-accel", "tcg"]
        for socket in sockets { all += ["-qmp", "unix:\(socket.string),server=on,wait=off"] }
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .zero)]
        return try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(all),
            platformOptions: options,
            input: .none,
            output: .discarded,
            error: .discarded,
        ) { execution in
            for socket in sockets {
                for _ in 0..<1000 where access(socket.string, F_OK) != 0 {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let value: Value
            do { value = try await body(sockets, execution.processIdentifier.value) } catch {
                kill(execution.processIdentifier.value, SIGKILL)
                throw error
            }
            kill(execution.processIdentifier.value, SIGKILL)
            return value
        }.closureResult
    }
}
