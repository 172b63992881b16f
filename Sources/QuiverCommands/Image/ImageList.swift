import ArgumentParser
import CloudImages
import LibC
import Quantities
import SystemPackage

/// The command `quiver image ls`.
struct ImageList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the images on this host.",
        discussion: """
              quiver image ls
              quiver image ls --format json
            """,
        aliases: ["list"],
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = Int64(time(nil))
        try output.render(Report(images: ImageStore().inventory().map { Report.Line($0, now: now) }))
    }

    private struct Report: Renderable {
        struct Line: Encodable {
            let name: String
            let architecture: String
            /// The disk space of the image's files, in bytes.
            let occupiedSize: UInt64
            /// The disk's size as the guest sees it, in bytes.
            let virtualSize: UInt64?
            let ageSeconds: Int64
            let digest: String?
            /// The overlays that depend on the image.
            let usedBy: [String]
            let source: String

            init(_ stored: StoredImage, now: Int64) {
                name = stored.image.name
                architecture = stored.image.architecture.rawValue
                occupiedSize = stored.occupiedSize.bytes
                virtualSize = stored.virtualSize?.bytes
                ageSeconds = max(0, now - stored.image.created)
                digest = stored.image.digest
                usedBy = stored.usedBy.map(\.string)
                source = stored.image.source
            }

            var row: [String] {
                [
                    name, architecture, "\(ByteCount(occupiedSize))", virtualSize.map { "\(ByteCount($0))" } ?? "?",
                    age,
                    digest.map { String($0.prefix(19)) } ?? "-", usedBy.isEmpty ? "-" : "\(usedBy.count)", source,
                ]
            }

            private var age: String {
                switch ageSeconds {
                case ..<60: "\(ageSeconds) s"
                case ..<3600: "\(ageSeconds / 60) min"
                case ..<86400: "\(ageSeconds / 3600) h"
                default: "\(ageSeconds / 86400) d"
                }
            }
        }

        let images: [Line]

        var text: String {
            guard !images.isEmpty else {
                return
                    "No images. Download one with: quiver image pull debian:12, or build one: quiver image build debian:12"
            }
            var table = TextTable(header: ["NAME", "ARCH", "ON DISK", "SIZE", "AGE", "DIGEST", "OVERLAYS", "SOURCE"])
            for image in images { table.add(image.row) }
            return table.text
        }

        func encode(to encoder: any Encoder) throws { try images.encode(to: encoder) }
    }
}
