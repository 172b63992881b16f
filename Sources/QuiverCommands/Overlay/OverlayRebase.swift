import ArgumentParser
import DiskImages
import HostSupport
import SystemPackage

/// The command `quiver overlay rebase`.
struct OverlayRebase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebase",
        abstract: "Change an overlay's base image, or its path. What the guest sees does not change.",
        discussion: "  quiver overlay rebase disk.qcow2 --onto /new/place/debian.qcow2",
    )

    @Argument(help: "The overlay; no machine may be using it.", transform: { FilePath($0) })
    var file: FilePath

    @Option(help: "The base: the path of a disk image, or an image's name, e.g. debian:12.")
    var onto: String

    @Option(help: "The base's format: qcow2 or raw (default: detected from its first bytes).")
    var baseFormat: DiskFormat?

    @Flag(help: "Skip verifying that the base matches. A wrong base corrupts the disk.")
    var trust = false

    @OptionGroup var backing: TrustOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let base = try BaseArgument.resolve(onto, format: baseFormat, backing)
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
