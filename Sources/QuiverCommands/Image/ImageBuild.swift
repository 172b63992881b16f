import ArgumentParser
import CloudImages
import Quantities
import SystemPackage

/// The command `quiver image build`.
struct ImageBuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build an image from the packages of this system's own sources (Linux only).",
        discussion: """
            Needs mmdebstrap, mke2fs, mtools and qemu-img on Debian or Ubuntu; takes about two minutes and 3 GiB while \
            it runs. The same packages give the same bytes.
            """,
    )

    @Argument(help: "What to build: debian:12 or debian:13.")
    var image: String

    @Option(
        help: """
            Write the disk to this qcow2 file, which must not exist, instead of into the store; kernel, initial \
            ramdisk and the list of packages go beside it.
            """,
        transform: { FilePath($0) },
    )
    var output: FilePath?

    @Option(
        help: """
            A mirror of Debian's archive, as far as above dists; may be repeated. One in a folder whose name ends in \
            -security gives the security updates. Default: what apt is configured to use.
            """
    )
    var mirror: [String] = []

    @Option(
        help: "The public keys of the archive. Default: those of the package debian-archive-keyring.",
        transform: { FilePath($0) },
    )
    var keyring: FilePath?

    @OptionGroup(title: "Printing") var printing: OutputOptions

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
