import ArgumentParser
import HostSupport
import Quantities
import TestRuns

/// The command `quiver cache prune`.
struct CachePrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove warm machines and baked images that no machine's disk lies on.",
    )

    @Option(help: "Only what was not used for this long, as in 90m.")
    var unusedFor = DurationArgument(.zero)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let removed = CacheReport(try RunCache().prune(unusedFor: unusedFor.duration), now: WallClock.now)
        try output.render(FreedReport(freedBytes: removed.total.bytes))
    }
}
