import HostSupport
import LibC
import SystemPackage
import Testing

@testable import Machines

@Suite struct KeeperLogTests {
    @Test func `a log that a guest fills keeps its end, and does not fill the disk`() async throws {
        try await ScratchHome.with { home in
            let directory = MachineDirectory(path: home.data, runtime: home.data)
            try Directory.create(directory.path)
            let lock = try FileDescriptor.open(
                directory.lockFile,
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite,
            )
            defer { try? lock.close() }
            // It stands for a QEMU whose guest prints 80 MiB on its console, a line of two bytes at a time.
            let script = #"{ yes | head -c 83886080; echo the end; } >>"$0"; exec sleep 600"#
            let keeper = try await Keeper.start(
                Keeper.Plan(
                    program: "/bin/sh",
                    arguments: ["-c", script, directory.consoleLog.string],
                    descriptors: [lock.rawValue],
                    recorder: -1,
                    directory: directory,
                    removesDirectory: false,
                    avoidsHugePages: false,
                )
            )
            defer { keeper.close() }
            var facts = stat()
            try await eventually {
                stat(directory.consoleLog.string, &facts) == 0 && facts.st_size == 83_886_088
                    && facts.st_blocks * 512 < 20 << 20
            }
            let end = try WholeFile.readEnd(directory.consoleLog, atMost: 10)
            #expect(String(decoding: end, as: UTF8.self) == "y\nthe end\n".suffix(10).description)
            keeper.kill()
            #expect(try await keeper.ended() == .killed(SIGKILL))
        }
    }
}
