import ArgumentParser
import CloudImages
import Quantities

/// The command `quiver image rm`.
struct ImageRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove an image that no machine depends on.",
        discussion: """
              quiver image rm debian:12
              quiver image rm debian:12 --force
            """,
        aliases: ["remove"],
    )

    @Argument(help: "The image's name, e.g. debian:12.")
    var image: String

    @Flag(help: "Remove it even if machines depend on it; they will not boot again.")
    var force = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let freed = try ImageStore().remove(ImageReference(image), isForced: force)
        try output.render(FreedReport(freedBytes: freed.bytes))
    }
}

/// What a removal freed.
struct FreedReport: Renderable {
    let freedBytes: UInt64

    var text: String { "freed \(ByteCount(freedBytes))" }
}
