import ArgumentParser
import HostSupport
import Quantities
import TestRuns

/// The command `quiver cache prune`.
struct CachePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove cached templates and baked images that no machine depends on.",
        discussion: """
              quiver cache prune
              quiver cache prune --unused-for 48h
            """,
    )

    @Option(help: "Remove only what has not been used for this long, e.g. 90m or 48h.")
    var unusedFor = DurationArgument(.zero)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let removed = CacheReport(try RunCache().prune(unusedFor: unusedFor.duration), now: WallClock.now)
        try output.render(FreedReport(freedBytes: removed.total.bytes))
    }
}
