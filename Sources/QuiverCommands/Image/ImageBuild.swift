import ArgumentParser
import CloudImages
import Quantities
import SystemPackage

/// The command `quiver image build`.
struct ImageBuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build a Debian image from packages (Linux only).",
        discussion: """
            The packages come from the sources that apt is configured to use, or from --mirror. Needs mmdebstrap, \
            mke2fs, mtools and qemu-img on Debian or Ubuntu. Takes about two minutes, and 3 GiB of disk space while it \
            runs. The same packages give the same image, byte for byte.

              quiver image build debian:12
              quiver image build debian:12 --output debian.qcow2
            """,
    )

    @Argument(help: "The image to build: debian:12 or debian:13.")
    var image: String

    @Option(
        help: """
            Write the disk to this new qcow2 file instead of the image store. The kernel, initial ramdisk and package \
            list are written next to it.
            """,
        transform: { FilePath($0) },
    )
    var output: FilePath?

    @Option(
        help: """
            URL of a Debian mirror, up to the directory that contains dists; may be repeated. One whose last directory \
            ends in -security provides the security updates (default: apt's configured sources).
            """
    )
    var mirror: [String] = []

    @Option(
        help: "File with the archive's public keys (default: those of the package debian-archive-keyring).",
        transform: { FilePath($0) },
    )
    var keyring: FilePath?

    @OptionGroup(title: "Output options") var printing: OutputOptions

    func run() async throws {
        let start = ContinuousClock.now
        let steps = StepPrinter()
        let reference = try ImageReference(image)
        var recipe = ImageRecipe()
        recipe.mirrors = mirror
        if let keyring { recipe.keyring = keyring }
        let image =
            if let output {
                try await StandaloneBuild.run(reference, to: output, recipe: recipe, progress: steps.show)
            } else {
                try await ImageStore().build(reference, recipe: recipe, progress: steps.show)
            }
        steps.finish("built \(image.name) in \((ContinuousClock.now - start).shortText)")
        try printing.render(ImageReport(image))
    }
}
