import ArgumentParser

/// `quiver seed`: what cloud-init reads at a machine's first boot.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Write and check the small disks from which cloud-init takes its instructions.",
        subcommands: [SeedCreate.self, SeedCheckCommand.self],
    )
}
