import ArgumentParser
import CloudImages
import SystemPackage

/// The command `quiver image import`.
struct ImageImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Copy a qcow2 or raw disk image into the image store.",
        discussion: """
              quiver image import disk.qcow2 --name mine:1
              quiver start vm1 --image mine:1
            """,
    )

    @Argument(help: "The disk image file.", transform: { FilePath($0) })
    var file: FilePath

    @Option(
        help:
            "The new image's name, e.g. mine or mine:1; append :arm64 or :amd64 if it is not for this host's architecture."
    )
    var name: String

    @Option(
        help: "The default user that cloud-init creates (default: guessed from the name, e.g. ubuntu for my-ubuntu)."
    )
    var user: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let steps = StepPrinter()
        let image = try await ImageStore().importing(file, as: ImageReference(name), user: user, progress: steps.show)
        steps.finish("imported \(image.name)")
        try output.render(ImageReport(image))
    }
}
