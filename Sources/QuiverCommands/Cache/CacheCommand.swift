import ArgumentParser

/// `quiver cache`: what test runs keep to begin sooner.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "List and remove what test runs keep: baked images and warm machines.",
        discussion: "All of it can be made again. A test run whose warm machine is gone boots one first.",
        subcommands: [CacheList.self, CachePrune.self],
    )
}
