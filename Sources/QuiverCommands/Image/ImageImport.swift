import ArgumentParser
import CloudImages
import SystemPackage

/// The command `quiver image import`.
struct ImageImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take a copy of a qcow2 or raw disk image into the store.",
    )

    @Argument(help: "The disk image.", transform: { FilePath($0) })
    var file: FilePath

    @Option(help: "The image's name to be, as in mine or mine:1, with :arm64 where it is not this host's kind.")
    var name: String

    @Option(help: "The user that cloud-init makes in it. Default: by the name, as in ubuntu for my-ubuntu.")
    var user: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let steps = StepPrinter()
        let image = try await ImageStore().importing(file, as: ImageReference(name), user: user, progress: steps.show)
        steps.finish("imported \(image.name)")
        try output.render(ImageReport(image))
    }
}
