import ArgumentParser
import CloudImages
import DiskImages
import SystemPackage

/// The command `quiver overlay resize`.
struct OverlayResize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resize",
        abstract: "Grow an overlay's disk.",
        discussion: """
            Cloud images grow their root file system to the disk's size at the next boot.

              quiver overlay resize disk.qcow2 +20G
            """,
    )

    @Argument(help: "The overlay; no machine may be using it.", transform: { FilePath($0) })
    var file: FilePath

    @Argument(help: "The disk's size in the guest, e.g. 40G, or +20G to add that much.", transform: DiskSize.argument)
    var size: DiskSize

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try Overlay.resize(file, to: size, isStored: ImageStore.holds)
        try output.render(DiskReport(try DiskFacts.read(file, format: .qcow2)))
    }
}
