import ArgumentParser
import CloudImages
import HostSupport
import SystemPackage

/// The command `quiver overlay rebase`.
struct OverlayRebase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebase",
        abstract: "Put an overlay onto another base, or onto its own in another place; the guest's disk stays the same.",
    )

    @Argument(help: "The overlay, which no machine may be using.", transform: { FilePath($0) })
    var file: FilePath

    @Option(help: "The base: a disk image's path, or an image's name as in debian:12.")
    var onto: String

    @Option(help: "The base's format: qcow2 or raw. Default: what its first bytes show.")
    var baseFormat: DiskFormat?

    @Flag(help: "Vouch that the base has the content that the overlay was made on; a wrong one corrupts the disk.")
    var trust = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let base = try BaseArgument.resolve(onto, format: baseFormat)
        let how = try await Overlay.rebase(file, onto: base.path, baseFormat: base.format, isTrusted: trust)
        try output.render(Report(file: file.string, base: base.path.absolute.string, how: how.rawValue))
    }

    private struct Report: Renderable {
        let file: String
        let base: String
        let how: String

        var text: String { "\(file): now on \(base) (\(how))" }
    }
}
