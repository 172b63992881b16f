import ArgumentParser
import CloudImages

/// The command `quiver image info`.
struct ImageInfo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "info", abstract: "Tell what an image is.")

    @Argument(help: "An image's name, as in debian:12, or a disk image's path.")
    var image: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.render(ImageReport(try ImageStore().image(ImageReference(image))))
    }
}
