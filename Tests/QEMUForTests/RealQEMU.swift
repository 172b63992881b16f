import LibC
package import Subprocess
package import SystemPackage
package import Testing

extension Tag {
    /// Needs QEMU, as `make test` does: never skipped.
    @Tag package static var qemu: Self
}

/// A QEMU to test against.
package struct RealQEMU: Sendable, CustomTestStringConvertible {
    /// Which one, as in `system` or the directory that it is in, and its target.
    package let name: String
    package let program: String
    package let arguments: [String]

    package var testDescription: String { name }

    /// The x86_64 ones: the system's, and those that are unpacked in the directories that `QUIVER_TEST_QEMU_NEXT` lists,
    /// with colons between them.
    package static let all: [RealQEMU] = installed(target: "x86_64", name: { $0 })

    /// The same for each target that Quiver runs guests of.
    package static let allTargets: [RealQEMU] = all + installed(target: "aarch64", name: { "\($0) aarch64" })

    private static func installed(target: String, name: (String) -> String) -> [RealQEMU] {
        let program = "qemu-system-\(target)"
        var found = [RealQEMU(name: name("system"), program: program, arguments: [])]
        let list = getenv("QUIVER_TEST_QEMU_NEXT").map { String(cString: $0) } ?? ""
        for directory in list.split(separator: ":") {
            found.append(
                RealQEMU(
                    name: name("\(directory)"),
                    program: "\(directory)/usr/bin/\(program)",
                    arguments: ["-L", "\(directory)/usr/share/qemu", "-L", "/usr/share/seabios"],
                )
            )
        }
        return found
    }

    /// Runs QEMU while `body` runs, with `monitors` sockets to connect to.
    ///
    /// - Parameter machine: Further arguments; without a machine that could run a guest unless they name one.
    package func run<Value: Sendable>(
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
            let process = execution.processIdentifier.value
            defer { kill(process, SIGKILL) }
            for socket in sockets {
                for _ in 0..<1000 where access(socket.string, F_OK) != 0 {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            return try await body(sockets, process)
        }.closureResult
    }
}
