import ArgumentParser
import CloudInit
import HostSupport
import SystemPackage

/// The command `quiver seed create`.
struct SeedCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a seed for cloud-init's NoCloud data source (volume label cidata).",
        discussion: """
            The files are checked first; if they have errors, nothing is written and the exit status is 1. The \
            instance-id is derived from the content, so that a guest applies a changed seed at its next boot. An input \
            file - is standard input, a seed file - is standard output. User-data that is compressed with gzip is checked \
            and stays compressed.

              quiver seed create seed.iso --user-data user-data.yaml --hostname web
            """,
    )

    @Argument(help: "The seed's file; an existing one is replaced.")
    var out: String

    @Option(help: "File with the user-data: cloud-config, a #! script, #include, a Jinja template or a MIME message.")
    var userData: String?

    @Option(help: "File with the meta-data (default: made from the content and the options).")
    var metaData: String?

    @Option(help: "File with the network-config, version 1 or 2 (default: DHCP on the first network card).")
    var networkConfig: String?

    @Option(help: "Debian interfaces file, instead of a network-config.")
    var interfaces: String?

    @Option(help: "File with the vendor-data, which user-data overrides.")
    var vendorData: String?

    @Option(help: "File with public keys that may log in as the image's default user; may be repeated.")
    var sshKey: [String] = []

    @Option(
        help: """
            File with a private host key for the guest's sshd, without a passphrase; may be repeated, once for each \
            type. Its known_hosts line is printed, so that even the first connection can be verified.
            """
    )
    var hostKey: [String] = []

    @Option(help: "The guest's host name.")
    var hostname: String?

    @Option(help: "When cloud-init applies the seed: local (before the network is up) or net (default: net).")
    var mode: SeedMode?

    @Option(help: "The seed's file system: iso9660 or vfat (default: iso9660).")
    var filesystem: SeedFilesystem?

    @Option(
        help: """
            Format of the seed's file: raw, another of qemu-img's disk formats, or an archive without a file system: \
            tar, or tar-seed-local or tar-seed-net, to be unpacked in a system's root directory.
            """
    )
    var diskFormat: SeedDiskFormat = .raw

    @Flag(help: "Write the seed even if it has errors.")
    var force = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if diskFormat.isArchive, filesystem != nil {
            throw ValidationError("an archive has no file system: omit --filesystem or --disk-format")
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
            throw CommandFailure(.failed, "\(out): not written: fix the errors above, or pass --force")
        }
        try await write(seed, findings)
    }

    private func hostKeys() throws -> [HostKey] {
        try hostKey.map { try HostKey(privateKey: try SeedText.read($0), named: $0) }
    }

    private func write(_ seed: Seed, _ findings: [SeedFinding]) async throws {
        let bytes = try await seed.file(diskFormat, filesystem: filesystem ?? .iso9660)
        guard out != "-" else { return try StandardOutput.write(bytes) }
        // It takes the place of what is there, which must be neither a device nor a pipe.
        let path = FilePath(out)
        guard !HostFile.exists(path) || HostFile.isFile(path) || HostFile.isDirectory(path) else {
            throw CommandFailure(.cannotCreate, "\(out): not a regular file; give another name, or - for stdout")
        }
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
