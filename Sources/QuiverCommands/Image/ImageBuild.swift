import ArgumentParser
import CloudImages
import Quantities

/// The command `quiver image build`.
struct ImageBuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build an image from the packages of this system's own sources.",
        discussion: "Needs mmdebstrap, mke2fs, mtools and qemu-img; takes about two minutes and 3 GiB while it runs.",
    )

    @Argument(help: "What to build: debian:12 or debian:13.")
    var image: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let start = ContinuousClock.now
        let steps = StepPrinter()
        let image = try await ImageStore().build(ImageReference(image), progress: steps.show)
        steps.finish("built \(image.name) in \((ContinuousClock.now - start).shortText)")
        try output.render(ImageReport(image))
    }
}
