import ArgumentParser
import CloudImages
import SystemPackage

/// The command `quiver overlay resize`.
struct OverlayResize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resize",
        abstract: "Make an overlay's disk larger for the guest.",
        discussion: "Cloud images grow their root file system to the disk's size at the next boot.",
    )

    @Argument(help: "The overlay, which no machine may be using.", transform: { FilePath($0) })
    var file: FilePath

    @Argument(help: "The disk's size for the guest, as in 40G, or +20G for so much more.", transform: DiskSize.argument)
    var size: DiskSize

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try Overlay.resize(file, to: size, isStored: ImageStore.holds)
        try output.render(DiskReport(try DiskFacts.read(file, format: .qcow2)))
    }
}
