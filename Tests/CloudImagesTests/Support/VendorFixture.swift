import CloudImages
import Digests
import HostSupport
import ImageToolsForTests
import PatienceForTests
import SystemPackage

/// A vendor's server with one image in the vendors' layout, and an empty store.
struct VendorFixture: Sendable {
    static let imagePath = "/images/cloud/test/latest/test-1-genericcloud-amd64.qcow2"
    static let listPath = "/images/cloud/test/latest/SHA512SUMS"

    let server: VendorServer
    let store: ImageStore
    let directory: FilePath
    /// The image's bytes, as the vendor made them.
    let image: [UInt8]
    /// The vendor's list of digests.
    let list: String

    /// Tries three times; stalls are given time, because a busy machine stalls by itself.
    static let policy = DownloadPolicy(
        tries: 3,
        connectTimeout: .seconds(5),
        stallTimeout: .seconds(20),
        firstPause: .milliseconds(10),
    )

    static func with(_ body: (VendorFixture) async throws -> Void) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("vendor.qcow2")
            let raw = directory.appending("vendor.raw")
            try WholeFile.write((0..<700_000).map { UInt8(truncatingIfNeeded: $0 / 700 + 1) }, to: raw)
            try await QemuImg.run(["convert", "-f", "raw", "-O", "qcow2", raw.string, file.string])
            let server = try VendorServer()
            let image = try WholeFile.read(file)
            server.put(imagePath, image)
            let list = try await digestList(of: file)
            server.put(listPath, list.utf8)
            let fixture = VendorFixture(
                server: server,
                store: ImageStore(
                    path: directory.appending("store/images"),
                    overlayDirectories: [directory.appending("machines")]
                ),
                directory: directory,
                image: image,
                list: list,
            )
            try await withCleanup {
                try await body(fixture)
            } cleanup: {
                server.stop()
            }
        }
    }

    private static func digestList(of file: FilePath) async throws -> String {
        let digest = try await FileDigest.sha512(of: file)
        let other = String(repeating: "0", count: 128)
        return "\(other)  other-amd64.qcow2\n\(digest)  test-1-genericcloud-amd64.qcow2\n\(other)  more.raw\n"
    }

    /// The catalog's entry of the image.
    func entry(_ extra: String = "") throws -> CatalogEntry {
        let toml = """
            ["test:1"]
            amd64 = "\(server.url(Self.imagePath))"
            arm64 = "\(server.url("/none.qcow2"))"
            digests = "SHA512SUMS"
            \(extra)
            """
        return try ImageCatalog(toml: toml, path: "test.toml").entry("test:1", architecture: .amd64)
    }

    @discardableResult
    func pull(
        _ extra: String = "",
        policy: DownloadPolicy = VendorFixture.policy,
        progress: @escaping ProgressHandler = { _ in },
    ) async throws -> PulledImage {
        try await store.pull(try entry(extra), policy: policy, patience: Patience.seconds(120), progress: progress)
    }

    /// What is left of downloads, besides locks.
    var leftovers: [String] {
        Directory.names(in: store.path.appending(".downloads")).filter { !$0.hasSuffix(".lock") }
            + Directory.names(in: store.path).filter { $0.hasPrefix(".making") }
    }
}
