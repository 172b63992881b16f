import ArgumentParser

/// `quiver cache`: what test runs cache to start faster.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "List and remove what `quiver test` caches: baked images and templates.",
        discussion: """
            Everything here can be made again, but the next test run then takes longer.

              quiver cache ls
              quiver cache prune --unused-for 48h
            """,
        subcommands: [CacheList.self, CachePrune.self],
    )
}
