import ArgumentParser
import CloudImages
import Quantities

/// The command `quiver image prune`.
struct ImagePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove unused superseded images and partial downloads.",
        discussion: """
              quiver image prune
              quiver image prune --all
            """,
    )

    @Flag(help: "Also remove the current images that no machine depends on.")
    var all = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.render(FreedReport(freedBytes: try ImageStore().prune(all: all).bytes))
    }
}
