import ArgumentParser
import HostSupport
import Quantities
import SystemPackage
import TestRuns

/// The command `quiver cache ls`.
struct CacheList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List cached baked images and templates, with their size and last use.",
        discussion: """
              quiver cache ls
              quiver cache ls --format json
            """,
        aliases: ["list"],
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.render(CacheReport(RunCache().entries(), now: WallClock.now))
    }
}

/// Items of the cache, or removed ones, as the commands print them.
struct CacheReport: Renderable {
    struct Line: Encodable {
        let kind: String
        let name: String
        /// In bytes.
        let size: UInt64
        let ageSeconds: Double
        let usedBy: [String]
        let directory: String
    }

    private let lines: [Line]

    init(_ entries: [RunCache.Entry], now: Double) {
        lines = entries.map { entry in
            Line(
                kind: entry.kind.rawValue,
                name: entry.name,
                size: entry.size.bytes,
                ageSeconds: max(0, now - entry.lastUse),
                usedBy: entry.usedBy.map(\.string),
                directory: entry.directory.string,
            )
        }
    }

    /// The total size.
    var total: ByteCount { ByteCount(lines.reduce(0) { $0 + $1.size }) }

    var text: String {
        guard !lines.isEmpty else { return "The cache is empty. `quiver test` fills it." }
        var table = TextTable(header: ["KIND", "NAME", "SIZE", "LAST USE", "USED BY"])
        for line in lines {
            let age = Duration.seconds(line.ageSeconds.rounded()).shortText
            table.add([
                line.kind, line.name, "\(ByteCount(line.size))", "\(age) ago",
                line.usedBy.isEmpty ? "-" : "\(line.usedBy.count)",
            ])
        }
        return table.text + "\n\(total) in total"
    }

    func encode(to encoder: any Encoder) throws { try lines.encode(to: encoder) }
}
