import ArgumentParser
import CloudImages
import Quantities

/// The command `quiver image prune`.
struct ImagePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove replaced images that nothing is made on, and what broke off.",
    )

    @Flag(help: "Also the newest images, if no machine is made on them.")
    var all = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.render(FreedReport(freedBytes: try ImageStore().prune(all: all).bytes))
    }
}
