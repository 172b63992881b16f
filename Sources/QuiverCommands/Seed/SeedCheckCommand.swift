import ArgumentParser
import CloudInit
import GuestAccess
import HostSupport
import SystemPackage

/// The command `quiver seed check`.
struct SeedCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a seed, or one of its files, for what cloud-init would refuse, ignore or misread.",
        discussion: """
            Exits with 1 if there are errors. Warnings may be intended.

              quiver seed check user-data.yaml
              quiver seed check seed.iso
            """,
    )

    @Argument(help: "A seed image, or one of the files in a seed.", transform: { FilePath($0) })
    var file: FilePath

    @Option(
        help:
            "What the file is: user-data, meta-data, network-config or vendor-data (default: by its name, else user-data).",
    )
    var part: SeedPart?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try examine()
        switch output.format {
        case .text: try StandardOutput.print(GuestText.shownLines(report.fullText))
        case .json: try output.render(report)
        }
        guard !report.findings.contains(where: { $0.severity == SeedFinding.Severity.error.rawValue }) else {
            throw CommandFailure(.failed, "\(file): seed has errors (see above)")
        }
    }

    private func examine() throws -> SeedReport {
        let start = try SeedText.readBytes(file.string)
        if part == nil, let image = try SeedImage.read(start, name: file.string) {
            return SeedReport(
                file,
                filesystem: image.filesystem.rawValue,
                label: image.label,
                instanceID: image.seed.instanceID,
                files: image.files.sorted { $0.key < $1.key }.map { .init(name: $0.key, bytes: $0.value.count) },
                image.findings(),
            )
        }
        let named = file.lastComponent.flatMap { SeedPart(fileName: $0.string) }
        let part = part ?? named ?? .userData
        let text =
            part == .userData || part == .vendorData
            ? try SeedText.text(ofPacked: start, named: file.string) : try SeedText.text(of: start, named: file.string)
        let findings =
            switch part {
            case .userData: SeedCheck.userData(text)
            case .metaData: SeedCheck.metaData(text)
            case .networkConfig: SeedCheck.networkConfig(text)
            case .vendorData: SeedCheck.vendorData(text)
            }
        return SeedReport(file, findings)
    }
}

/// A file of a seed, on the command line.
enum SeedPart: String, ExpressibleByArgument, CaseIterable {
    case userData = "user-data"
    case metaData = "meta-data"
    case networkConfig = "network-config"
    case vendorData = "vendor-data"

    /// The part whose name the file's name begins with, as in `meta-data.yaml`.
    init?(fileName: String) {
        guard let part = Self.allCases.first(where: { fileName.hasPrefix($0.rawValue) }) else { return nil }
        self = part
    }
}
