import HostSupport
import HostTools
import Machines
import MachinesTesting
import PatienceForTests
import Quantities
import SystemPackage

/// The small guest that `Tools/make-test-guests` makes: Debian's kernel with a shell on its console.
enum TestGuest {
    private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().removingLastComponent()

    /// Where the guests are; made when they are missing.
    static func directory() async throws -> FilePath {
        let directory =
            HostEnvironment["QUIVER_TEST_GUESTS"].map { FilePath($0) } ?? root.appending(".build/test-guests")
        try Directory.create(directory)
        // Held while they are made: the tests of several processes may want them at once.
        let lock = try await FileLock.acquire(directory.appending("lock"), within: Patience.seconds(300))
        let outcome = try await ToolRun.run(root.appending("Tools/make-test-guests").string, [directory.string])
        _ = consume lock
        guard outcome.isSuccess else { throw TestGuestMissing(reason: outcome.lastWords) }
        return directory
    }

    /// A machine that boots the guest, with an empty qcow2 disk of 64 MiB for its state.
    static func describe(
        _ architecture: GuestArchitecture = .x86_64,
        firmware: Firmware = .standard,
        in directory: MachineDirectory,
    ) async throws -> MachineDescription {
        let files = try await self.directory().appending(architecture.rawValue)
        var description = MachineDescription(
            architecture: architecture,
            processorCount: 1,
            memory: architecture == .x86_64 ? .mebibytes(192) : .mebibytes(320),
        )
        let console = architecture == .x86_64 ? "ttyS0" : "ttyAMA0"
        description.firmware = firmware
        if let accelerator = Board.accelerator, architecture == .host { description.accelerator = .only(accelerator) }
        description.kernel = DirectKernel(
            image: files.appending("kernel"),
            initialRamdisk: files.appending("initrd"),
            // A busy host starves the timer that the kernel would check.
            commandLine: "console=\(console) quiet panic=1 mitigations=off no_timer_check",
        )
        try await EmptyDisk.create(at: directory.disk)
        description.drives = [Drive(id: "disk0", file: directory.disk, cache: .unsafe)]
        return description
    }
}

/// The guests that the tests need could not be made.
struct TestGuestMissing: Error, CustomStringConvertible {
    let reason: String

    var description: String { "Tools/make-test-guests failed: \(reason)" }
}

/// Disks without content.
enum EmptyDisk {
    static func create(at path: FilePath, format: Drive.Format = .qcow2, size: ByteCount = .mebibytes(64)) async throws
    {
        let arguments = ["create", "-q", "-f", format.rawValue, path.string, "\(size.bytes)"]
        let outcome = try await ToolRun.run("qemu-img", arguments)
        guard outcome.isSuccess else { throw TestGuestMissing(reason: outcome.lastWords) }
    }
}
