import ArgumentParser

/// `quiver seed`: what cloud-init reads at a machine's first boot.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Create and check cloud-init seeds: small disks with a guest's configuration.",
        discussion: """
              quiver seed create seed.iso --user-data user-data.yaml
              quiver seed check seed.iso
            """,
        subcommands: [SeedCreate.self, SeedCheckCommand.self],
    )
}
