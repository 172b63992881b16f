import ArgumentParser
import HostSupport
import Machines
import SystemPackage

/// The command `quiver screenshot`.
struct ScreenshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screenshot",
        abstract: "Save a machine's screen as a PNG file.",
        discussion: "  quiver screenshot vm1 screen.png",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "The file to write, e.g. screen.png.")
    var file: String

    func run() async throws {
        let path = FilePath(file).absolute
        let existed = HostFile.exists(path)
        guard !existed || HostFile.isFile(path) else {
            throw CommandFailure(.cannotCreate, "\(path): exists and is not a regular file; choose another name")
        }
        let machine = try await MachineStore().attach(to: name)
        // QEMU would also fail, without saying what is wrong with the file.
        do {
            let probe = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite],
            )
            try probe.close()
        } catch {
            throw CommandFailure(.cannotCreate, "\(path): cannot create: \(error)", cause: error)
        }
        try await withCleanup {
            try await machine.takeScreenshot(at: path)
        } cleanup: {
            await machine.disconnect()
            if !existed, FileStamp(of: path)?.size == 0 { try? Directory.removeTree(path) }
        }
    }
}
