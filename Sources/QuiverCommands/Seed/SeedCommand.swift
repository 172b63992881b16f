import ArgumentParser

/// `quiver seed`: what cloud-init reads at a machine's first boot.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Create and check cloud-init seeds: small disks with a guest's configuration.",
        subcommands: [SeedCreate.self, SeedCheckCommand.self],
    )
}
