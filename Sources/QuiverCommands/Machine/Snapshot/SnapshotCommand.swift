import ArgumentParser

/// `quiver snapshot`: the snapshots of a machine.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Save, load, list and remove snapshots of a machine.",
        discussion: """
              quiver snapshot save vm1 clean
              quiver snapshot load vm1 clean
            """,
        subcommands: [SnapshotSave.self, SnapshotLoad.self, SnapshotList.self, SnapshotRemove.self],
    )
}

/// The arguments of commands about one snapshot.
struct SnapshotArguments: ParsableArguments {
    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "The snapshot's name, e.g. clean.")
    var tag: String

    @Option(help: "Time limit, e.g. 10m.")
    var timeout = TimeLimitArgument(.seconds(300))
}
