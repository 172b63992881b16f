import ArgumentParser
import CloudImages
import DiskImages

/// The command `quiver image info`.
struct ImageInfo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show an image's details and its disk's header.",
        discussion: """
              quiver image info debian:12
              quiver image info ./disk.qcow2
            """,
    )

    @Argument(help: "An image's name, e.g. debian:12, or the path of a disk image.")
    var image: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reference = try ImageReference(image)
        switch reference.target {
        case .file(let path):
            try output.render(DiskDetail(try DiskFacts.read(path)))
        case .stored:
            let image = try ImageStore().image(reference, trustsBacking: true)
            let facts = try DiskFacts.read(image.disk, format: image.format)
            try output.render(Report(image: ImageReport(image), disk: DiskDetail(facts)))
        }
    }

    /// A stored image with its disk; one object in JSON.
    private struct Report: Renderable {
        let image: ImageReport
        let disk: DiskDetail

        var text: String {
            // The image's own lines already name the disk's file.
            image.text + "\n" + disk.text.split(separator: "\n").dropFirst().joined(separator: "\n")
        }

        func encode(to encoder: any Encoder) throws {
            try image.encode(to: encoder)
            try disk.encode(to: encoder)
        }
    }
}
