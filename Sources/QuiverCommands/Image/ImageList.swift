import ArgumentParser
import CloudImages

/// The command `quiver image ls`.
struct ImageList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the images on this host.",
        aliases: ["list"],
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.render(Report(images: ImageStore().list().map(ImageReport.init)))
    }

    private struct Report: Renderable {
        let images: [ImageReport]

        var text: String {
            guard !images.isEmpty else {
                return "No images yet. Get one with: quiver image pull debian:12, or: quiver image build debian:12"
            }
            var table = TextTable(header: ["NAME", "ARCH", "SOURCE"])
            for image in images { table.add([image.name, image.architecture, image.source]) }
            return table.text
        }

        func encode(to encoder: any Encoder) throws { try images.encode(to: encoder) }
    }
}
