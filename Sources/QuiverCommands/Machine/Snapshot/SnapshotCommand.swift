import ArgumentParser

/// `quiver snapshot`: the saved states of a machine.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Save, load, list and remove a machine's states.",
        subcommands: [SnapshotSave.self, SnapshotLoad.self, SnapshotList.self, SnapshotRemove.self],
    )
}

/// What the commands about one snapshot take.
struct SnapshotArguments: ParsableArguments {
    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "The snapshot's tag.")
    var tag: String

    @Option(help: "How long it may take.")
    var timeout = DurationArgument(.seconds(300))
}
