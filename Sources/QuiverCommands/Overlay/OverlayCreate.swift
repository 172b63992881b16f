import ArgumentParser
import CloudImages
import DiskImages
import HostSupport
import Quantities
import SystemPackage

/// The command `quiver overlay create`.
struct OverlayCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an empty overlay: reads come from the base, writes stay in the overlay.",
        discussion: """
              quiver overlay create debian:12 disk.qcow2 --size +20G
              quiver overlay create base.qcow2 disk.qcow2
            """,
    )

    @Argument(help: "The base: the path of a disk image, or an image's name, e.g. debian:12.")
    var base: String

    @Argument(help: "The overlay's file; it must not exist yet.", transform: { FilePath($0) })
    var out: FilePath

    @Option(
        help: "The disk's size in the guest, e.g. 20G, or +20G for that much more than the base (default: the base's).",
        transform: DiskSize.argument,
    )
    var size: DiskSize?

    @Option(help: "The base's format: qcow2 or raw (default: detected from its first bytes).")
    var baseFormat: DiskFormat?

    @OptionGroup var trust: TrustOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let image = try BaseArgument.resolve(base, format: baseFormat, trust)
        try Overlay.create(
            at: out,
            base: image.path,
            baseFormat: image.format,
            size: size?.size(above: image.virtualSize),
        )
        try output.render(DiskReport(try DiskFacts.read(out, format: .qcow2)))
    }
}

/// A base image on the command line.
enum BaseArgument {
    /// Finds the disk: a file with that name if there is one, otherwise a stored image.
    static func resolve(_ text: String, format: DiskFormat?, _ trust: TrustOptions) throws -> DiskFacts {
        let store = ImageStore()
        if let facts = try existingFile(FilePath(text), format: format) {
            if facts.format == .qcow2, !trust.trustsBacking { try store.checkBacking(of: facts.path.absolute) }
            return facts
        }
        let image = try store.image(ImageReference(text))
        return try DiskFacts.read(image.disk, format: format ?? image.format)
    }

    private static func existingFile(_ path: FilePath, format: DiskFormat?) throws -> DiskFacts? {
        do {
            let facts = try DiskFacts.read(path, format: format)
            try checkKind(of: facts, isGuessed: format == nil)
            _ = try DiskChain.readWhole(path, format: facts.format)
            return facts
        } catch let error where error.cause as? Errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// Any file could be a raw disk: one that does not look like a disk must be confirmed with --base-format.
    private static func checkKind(of facts: DiskFacts, isGuessed: Bool) throws(DiskImageError) {
        guard isGuessed else { return }
        do {
            try facts.checkBootable()
        } catch {
            throw DiskImageError(error.code, "\(error); if it is a raw disk of data, add --base-format raw")
        }
    }
}
