import ArgumentParser
import CloudImages
import HostSupport
import SystemPackage

/// The command `quiver seed create`.
struct SeedCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Write a seed that any cloud image's cloud-init reads (NoCloud, volume label cidata).",
        discussion: """
            The instance-id follows from the content, so that a machine applies a changed seed at its next boot. \
            The files are checked first; with errors nothing is written, and the status is 1. \
            A file named - is read from standard input, and a seed named - goes to standard output. \
            A user-data that is compressed by gzip is checked and stays compressed.
            """,
    )

    @Argument(help: "The seed's file; one that exists is replaced.")
    var out: String

    @Option(help: "The user-data: cloud-config, a #! script, #include, a Jinja template or a MIME message.")
    var userData: String?

    @Option(help: "The meta-data. Default: made of the content and the options.")
    var metaData: String?

    @Option(help: "The network-config, version 1 or 2. Default: DHCP on the first card.")
    var networkConfig: String?

    @Option(help: "A Debian interfaces file that describes the network, instead of a network-config.")
    var interfaces: String?

    @Option(help: "The vendor-data, which user-data overrides.")
    var vendorData: String?

    @Option(help: "A file of public keys for the image's default user; may be repeated.")
    var sshKey: [String] = []

    @Option(
        help: """
            A private key for the guest's own sshd, without a passphrase; may be repeated, once a kind. What to write \
            into known_hosts is printed, so that the first connection is checked already.
            """
    )
    var hostKey: [String] = []

    @Option(help: "The guest's host name.")
    var hostname: String?

    @Option(help: "When the seed is applied: local (before the network is up) or net.")
    var mode: SeedMode?

    @Option(help: "The image's file system: iso9660 or vfat. Default: iso9660.")
    var filesystem: SeedFilesystem?

    @Option(
        help: """
            What the file is: raw, another of qemu-img's disk formats, or an archive without a file system: tar, or \
            tar-seed-local and tar-seed-net, which are unpacked at a system's root.
            """
    )
    var diskFormat: SeedDiskFormat = .raw

    @Flag(help: "Write the seed although the check finds errors.")
    var force = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if diskFormat.isArchive, filesystem != nil {
            throw ValidationError("an archive has no file system: leave out --filesystem, or --disk-format")
        }
    }

    func run() async throws {
        let userData = try userData.map(SeedText.readPacked)
        var seed = try Seed.composed(
            userData: userData?.text,
            metaData: try metaData.map(SeedText.read),
            networkConfig: try networkConfig.map(SeedText.read),
            vendorData: try vendorData.map(SeedText.readPacked)?.text,
            hostname: hostname,
            publicKeys: try sshKey.flatMap(SeedText.readKeys),
            hostKeys: try hostKeys(),
            mode: mode?.rawValue,
            interfaces: try interfaces.map(SeedText.read),
        )
        seed.compressesUserData = userData?.isCompressed ?? false
        let findings = SeedCheck.findings(of: seed)
        for finding in findings { StandardError.write("\(finding)") }
        if findings.contains(where: { $0.severity == .error }) && !force {
            throw CommandFailure(.failed, "\(out): not written; mend what is said above, or insist with --force")
        }
        try await write(seed, findings)
    }

    private func hostKeys() throws -> [HostKey] {
        try hostKey.map { try HostKey(privateKey: try SeedText.read($0), named: $0) }
    }

    private func write(_ seed: Seed, _ findings: [SeedFinding]) async throws {
        let bytes = try await seed.file(diskFormat, filesystem: filesystem ?? .iso9660)
        guard out != "-" else { return try StandardOutput.write(bytes) }
        try WholeFile.write(bytes, to: FilePath(out))
        let report = SeedReport(
            FilePath(out),
            filesystem: diskFormat.isArchive ? diskFormat.rawValue : (filesystem ?? .iso9660).rawValue,
            label: diskFormat.isArchive ? nil : Seed.volumeLabel,
            instanceID: seed.instanceID,
            files: try seed.files().map { .init(name: $0.name, bytes: $0.bytes.count) },
            knownHosts: try hostKeys().map { "\(hostname ?? "HOST") \($0.publicKey)" },
            findings,
        )
        try output.render(report)
    }
}

/// When a seed is applied.
enum SeedMode: String, ExpressibleByArgument, CaseIterable {
    case local
    case net
}
