import ArgumentParser
import CloudImages
import SystemPackage

/// The command `quiver image check`.
struct ImageCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify stored images against their digests.",
        discussion: """
            Without a name, all stored images are verified. Exits with 1 if one is modified or corrupt.

              quiver image check
              quiver image check debian:12
            """,
    )

    @Argument(help: "The image's name, e.g. debian:12 (default: all images).")
    var image: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = ImageStore()
        let reports = try await chosen(of: store).asyncMap { image in
            Report.Line(image, verdict: try await store.verify(image))
        }
        try output.render(Report(images: reports))
        if let changed = reports.first(where: { $0.state == "changed" })?.name {
            throw CommandFailure(
                .failed,
                "image is modified or corrupt; download it again: quiver image rm \(changed), then pull, build or import it"
            )
        }
    }

    private func chosen(of store: ImageStore) throws -> [Image] {
        let images = store.list()
        guard let name = image else { return images }
        let reference = try ImageReference(name)
        guard case .stored(let wanted, let architecture) = reference.target else {
            throw CommandFailure(.usage, "\(name): is a file, not a stored image; see: quiver overlay check")
        }
        let found = images.filter { $0.name == wanted && $0.architecture == architecture }
        guard found.isEmpty else { return found }
        throw store.unknownHere(reference)
    }

    private struct Report: Renderable {
        struct Line: Encodable {
            let name: String
            let architecture: String
            /// `whole`, `changed`, or `unknown` if there is no digest to compare with.
            let state: String
            let digest: String?
            let actualDigest: String?
            let disk: String

            init(_ image: Image, verdict: ImageVerdict) {
                name = image.name
                architecture = image.architecture.rawValue
                digest = image.digest
                disk = image.disk.string
                switch verdict {
                case .whole: (state, actualDigest) = ("whole", image.digest)
                case .changed(let actual): (state, actualDigest) = ("changed", actual)
                case .unknown: (state, actualDigest) = ("unknown", nil)
                }
            }
        }

        let images: [Line]

        var text: String {
            guard !images.isEmpty else { return "There are no images to check." }
            return images.map { image in
                switch image.state {
                case "whole": "\(image.name) (\(image.architecture)): ok"
                case "changed":
                    "\(image.name) (\(image.architecture)): modified: the digest of \(image.disk) is \(image.actualDigest ?? "?")"
                default: "\(image.name) (\(image.architecture)): no digest to compare with"
                }
            }.joined(separator: "\n")
        }

        func encode(to encoder: any Encoder) throws { try images.encode(to: encoder) }
    }
}

extension Array {
    /// The results of an asynchronous function, one after another.
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
