import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Measures the ways to a fresh machine; each mode prints one line of JSON, in milliseconds and MiB.
@main
struct ForkBench {
    static func main() async {
        do {
            try await measure()
        } catch {
            _ = try? FileDescriptor.standardError.writeAll("fork-bench: \(error)\n".utf8)
            exit(1)
        }
    }

    private static func measure() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        // Cold boot, restore in place and forks of one guest, in one QEMU.
        case ("guest", 3): try await GuestBench(qemu: arguments[1], rounds: Int(arguments[2]) ?? 1).run()
        // Many forks one after another, then some at once; none may fail or differ.
        case ("many", 4):
            let (count, together) = (Int(arguments[2]) ?? 1, Int(arguments[3]) ?? 1)
            try await ManyForks(qemu: arguments[1], count: count, together: together).run()
        // A project's suite, each test in a fork of its own, or in one machine where no fork runs tests.
        case ("suite", 4):
            let (parallel, standbys) = (Int(arguments[2]) ?? 0, Int(arguments[3]) ?? 0)
            try await SuiteBench(project: FilePath(arguments[1]), parallel: parallel, standbys: standbys).run()
        default:
            print("usage: fork-bench guest QEMU ROUNDS | many QEMU COUNT TOGETHER | suite PROJECT PARALLEL STANDBYS")
            exit(64)
        }
    }
}
