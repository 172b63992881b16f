import ArgumentParser
import CloudImages
import HostSupport
import Quantities

/// The command `quiver image pull`.
struct ImagePull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download a vendor's image, checked by the vendor's digest, or the newest if it is not here yet.",
        discussion: """
            What broke off is taken up again. Proxies are those of https_proxy, http_proxy and no_proxy. \
            Add images of your own to images.toml in Quiver's data folder:
              ["mine:1"]
              amd64 = "https://example.org/images/mine-1-amd64.qcow2"
              digests = "SHA256SUMS"
            """,
    )

    @Argument(help: "What to pull, as in debian:12, ubuntu:24.04, fedora, alpine, or debian:12:arm64.")
    var image: String

    @Option(help: "How often a download that broke off is tried again.")
    var tries: Int = DownloadPolicy.usual.tries

    @Option(help: "The time without a byte after which a download counts as broken off.")
    var stallTimeout = DurationArgument(DownloadPolicy.usual.stallTimeout)

    @Option(help: "How long to wait for another process that downloads the same image.")
    var patience = DurationArgument(.seconds(3600))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reference = try ImageReference(image)
        guard case .stored(let name, let architecture) = reference.target else {
            throw CommandFailure(.usage, "\(image): is a file; take it into the store with: quiver image import")
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
        case .current: steps.finish("\(name) is here already and the newest")
        case .offline: steps.finish("\(name) is here; its vendor could not be asked for a newer one")
        }
        if let gap = pulled.signatureGap { StandardError.write("the signature was not checked: \(gap)") }
        try output.render(ImageReport(pulled.image))
    }
}
