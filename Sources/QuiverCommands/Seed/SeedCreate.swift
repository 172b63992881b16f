import ArgumentParser
import CloudImages
import SystemPackage

/// The command `quiver seed create`.
struct SeedCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Write a seed that any cloud image's cloud-init reads (NoCloud, volume label cidata).",
        discussion: """
            The instance-id follows from the content, so that a machine applies a changed seed at its next boot. \
            The files are checked first; with errors nothing is written, and the status is 1. \
            A file named - is read from standard input.
            """,
    )

    @Argument(help: "The seed's file; one that exists is replaced.", transform: SeedCreate.outputFile)
    var out: FilePath

    @Option(help: "The user-data: cloud-config, a #! script, #include, a Jinja template or a MIME message.")
    var userData: String?

    @Option(help: "The meta-data. Default: made of the content and the options.")
    var metaData: String?

    @Option(help: "The network-config, version 1 or 2. Default: DHCP on the first card.")
    var networkConfig: String?

    @Option(help: "The vendor-data, which user-data overrides.")
    var vendorData: String?

    @Option(help: "A file of public keys for the image's default user; may be repeated.")
    var sshKey: [String] = []

    @Option(help: "The guest's host name.")
    var hostname: String?

    @Option(help: "When the seed is applied: local (before the network is up) or net.")
    var mode: SeedMode?

    @Option(help: "The image's file system: iso9660 or vfat.")
    var filesystem: SeedFilesystem = .iso9660

    @Flag(help: "Write the seed although the check finds errors.")
    var force = false

    @OptionGroup var output: OutputOptions

    private static func outputFile(_ name: String) throws -> FilePath {
        guard name != "-" else { throw ValidationError("a seed is no text for standard output; give it a file") }
        return FilePath(name)
    }

    func run() async throws {
        let seed = try Seed.composed(
            userData: try userData.map(SeedText.read),
            metaData: try metaData.map(SeedText.read),
            networkConfig: try networkConfig.map(SeedText.read),
            vendorData: try vendorData.map(SeedText.read),
            hostname: hostname,
            publicKeys: try sshKey.flatMap(SeedText.readKeys),
            mode: mode?.rawValue,
        )
        let findings = SeedCheck.findings(of: seed)
        for finding in findings { StandardError.write("\(finding)") }
        if findings.contains(where: { $0.severity == .error }) && !force {
            throw CommandFailure(.failed, "\(out): not written; mend what is said above, or insist with --force")
        }
        try seed.write(to: out, as: filesystem)
        try output.render(SeedReport(out, filesystem: filesystem, label: Seed.volumeLabel, seed, findings))
    }
}

/// When a seed is applied.
enum SeedMode: String, ExpressibleByArgument, CaseIterable {
    case local
    case net
}
