import ArgumentParser
import CloudImages
import HostSupport
import Quantities

/// The command `quiver image pull`.
struct ImagePull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download an image from its vendor, or update it to the newest version.",
        discussion: """
            The download is verified against the vendor's digest. An interrupted download is resumed. Proxies are taken \
            from https_proxy, http_proxy and no_proxy.

              quiver image pull debian:12
              quiver image pull debian:12:arm64

            Add images of your own to images.toml in Quiver's data directory:
              ["mine:1"]
              amd64 = "https://example.org/images/mine-1-amd64.qcow2"
              digests = "SHA256SUMS"
            """,
    )

    @Argument(help: "The image to download, e.g. debian:12, ubuntu:24.04, fedora, alpine or debian:12:arm64.")
    var image: String

    @Option(help: "Number of tries before an interrupted download is given up.")
    var tries: Int = DownloadPolicy.usual.tries

    @Option(help: "Treat a download as interrupted after this long without data.")
    var stallTimeout = TimeLimitArgument(DownloadPolicy.usual.stallTimeout)

    @Option(help: "How long to wait for another process that is downloading the same image.")
    var patience = TimeLimitArgument(.seconds(3600))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reference = try ImageReference(image)
        guard case .stored(let name, let architecture) = reference.target else {
            throw CommandFailure(.usage, "\(image): is a file; copy it into the image store with: quiver image import")
        }
        let entry = try ImageCatalog().entry(name, architecture: architecture)
        var policy = DownloadPolicy.usual
        policy.tries = tries
        policy.stallTimeout = stallTimeout.duration
        let start = ContinuousClock.now
        let steps = StepPrinter()
        let pulled = try await ImageStore().pull(
            entry,
            policy: policy,
            patience: patience.duration,
            progress: steps.show,
        )
        switch pulled.source {
        case .downloaded: steps.finish("pulled \(name) in \((ContinuousClock.now - start).shortText)")
        case .current: steps.finish("\(name) is up to date")
        case .offline:
            steps.finish("\(name) is available locally; its vendor could not be reached to check for a newer version")
        }
        if let gap = pulled.signatureGap { StandardError.write("warning: signature not verified: \(gap)") }
        try output.render(ImageReport(pulled.image))
    }
}
