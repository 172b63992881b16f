import CloudImages
import Digests
import DiskImages
import HostSupport
import ImageToolsForTests
import Quantities
import Synchronization
import SystemPackage
import Testing

/// Counts from any thread.
private final class Tally: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func add() {
        state.withLock { $0 += 1 }
    }
}

/// Downloads from a server in the vendors' layout, whole and with every fault that networks have.
@Suite struct PullTests {
    @Test func `a whole image comes into the store with its digest and is not downloaded again`() async throws {
        try await VendorFixture.with { vendor in
            let pulled = try await vendor.pull()
            #expect(pulled.source == .downloaded)
            #expect(pulled.signatureGap != nil)
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
            #expect(pulled.image.digest?.hasPrefix("sha512:") == true)
            #expect(vendor.leftovers.isEmpty)
            #expect(try vendor.store.image(ImageReference("test:1:amd64")) == pulled.image)
            #expect(try await vendor.store.verify(pulled.image) == .whole)
            let again = try await vendor.pull()
            #expect(again.source == .current)
            #expect(again.image == pulled.image)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).count == 1)
        }
    }

    /// Faults in order, and the first bytes that the requests for the image ask for.
    static let mendable: [(name: String, faults: [VendorServer.Fault], starts: [Int?])] = [
        ("cut once", [.cut(after: 100_000)], [nil, 100_000]),
        ("cut four times", (0..<4).map { _ in .cut(after: 65536) }, [nil, 65536, 131072, 196608, 262144]),
        ("busy", [.status(503), .status(429)], [nil, nil, nil]),
        ("cut, then no ranges", [.cut(after: 100_000), .ignoresRange], [nil, 100_000, nil]),
        ("slow", [.slow(piece: 65536, milliseconds: 20)], [nil]),
    ]

    @Test(arguments: mendable.indices)
    func `a download goes on where it broke off`(index: Int) async throws {
        let (_, faults, starts) = Self.mendable[index]
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, faults)
            let pulled = try await vendor.pull()
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).map(\.from) == starts)
        }
    }

    @Test func `a server that stalls is left and asked for the rest`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, .stall(after: 70_000))
            var hasty = VendorFixture.policy
            hasty.stallTimeout = .seconds(1)
            hasty.tries = 20
            let pulled = try await vendor.pull(policy: hasty)
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).count > 1)
        }
    }

    @Test func `what a killed download left is taken up by the next one`() async throws {
        try await VendorFixture.with { vendor in
            let cuts = (0..<3).map { _ in VendorServer.Fault.status(500) }
            vendor.server.fail(VendorFixture.imagePath, [.cut(after: 123_456)] + cuts)
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.code == .downloadFailed)
            #expect(error.message.contains("gave up after 3 tries"))
            #expect(vendor.leftovers.count == 1)
            let pulled = try await vendor.pull()
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).last?.from == 123_456)
        }
    }

    @Test func `a part of an older image is thrown away`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, [.cut(after: 5000), .status(500), .status(500), .status(500)])
            await #expect(throws: (any Error).self) { try await vendor.pull() }
            let part = vendor.store.path.appending(".downloads").appending(try #require(vendor.leftovers.first))
            try WholeFile.write(Array(repeating: 9, count: 7000), to: part)
            let pulled = try await vendor.pull()
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
        }
    }

    @Test func `another file than the list promises is refused and not kept`() async throws {
        try await VendorFixture.with { vendor in
            var changed = vendor.image
            changed[changed.count / 2] ^= 1
            vendor.server.put(VendorFixture.imagePath, changed)
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.code == .badDigest)
            #expect(error.message.contains("test-1-genericcloud-amd64.qcow2"))
            #expect(vendor.leftovers.isEmpty)
            #expect(vendor.store.list().isEmpty)
        }
    }

    /// What is wrong with the list, and the error.
    static let badLists: [(list: String?, code: CloudImagesError.Code)] = [
        (nil, .downloadFailed),
        ("", .badDigest),
        ("<html>not here</html>", .badDigest),
        (String(repeating: "0", count: 128) + "  other.qcow2\n", .badDigest),
        ("1234  test-1-genericcloud-amd64.qcow2\n", .badDigest),
    ]

    @Test(arguments: badLists.indices)
    func `without a digest nothing is downloaded`(index: Int) async throws {
        let (list, code) = Self.badLists[index]
        try await VendorFixture.with { vendor in
            if let list {
                vendor.server.put(VendorFixture.listPath, list.utf8)
            } else {
                vendor.server.fail(VendorFixture.listPath, .status(404))
            }
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.code == code)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).isEmpty)
            #expect(vendor.leftovers.isEmpty)
        }
    }

    @Test func `a server that never stops sending is refused`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.listPath, .endless)
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.message.contains("sends more than"))
        }
    }

    @Test func `a disk that is too small is told before it is full`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, .announces(length: 1 << 58))
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.code == .cannotWrite)
            #expect(error.message.contains("free some space"))
        }
    }

    @Test func `a redirection to a local file is not followed`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.listPath, .redirects(to: "file:///etc/passwd"))
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.code == .downloadFailed)
            vendor.server.fail(VendorFixture.listPath, .redirects(to: vendor.server.url(VendorFixture.listPath)))
            #expect(try await vendor.pull().source == .downloaded)
        }
    }

    @Test func `what is no disk image does not come into the store`() async throws {
        try await VendorFixture.with { vendor in
            let page = Array("<!DOCTYPE html><title>Sign in to this network</title>".utf8)
            let file = vendor.directory.appending("page")
            try WholeFile.write(page, to: file)
            let digest = try await FileDigest.sha512(of: file)
            vendor.server.put(VendorFixture.imagePath, page)
            vendor.server.put(VendorFixture.listPath, "\(digest) *test-1-genericcloud-amd64.qcow2".utf8)
            let error = try await #require(throws: CloudImagesError.self) { try await vendor.pull() }
            #expect(error.message.contains("a web page"))
            #expect(vendor.store.list().isEmpty)
            #expect(vendor.leftovers.isEmpty)
        }
    }

    @Test func `two that want the same image share one download`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, .slow(piece: 65536, milliseconds: 30))
            let waits = Tally()
            let count: ProgressHandler = { if $0.task.hasPrefix("waiting for") { waits.add() } }
            async let first = vendor.pull(progress: count)
            async let second = vendor.pull(progress: count)
            let sources = try await [first.source, second.source]
            #expect(Set(sources) == [.downloaded, .current])
            #expect(waits.count == 1)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).count == 1)
        }
    }

    @Test func `a vendor out of reach is no hindrance when the image is here`() async throws {
        try await VendorFixture.with { vendor in
            let image = try await vendor.pull().image
            vendor.server.stop()
            let offline = try await vendor.pull()
            #expect(offline.source == .offline)
            #expect(offline.image == image)
            #expect(try vendor.store.image(ImageReference("test:1:amd64")) == image)
        }
    }

    @Test func `a newer image leaves the older one to those that are made on it`() async throws {
        try await VendorFixture.with { vendor in
            let old = try await vendor.pull().image
            try Directory.create(vendor.directory.appending("machines/vm1"))
            let overlay = vendor.directory.appending("machines/vm1/disk.qcow2")
            try Overlay.create(at: overlay, base: old.disk)
            let newer = vendor.directory.appending("vendor.qcow2")
            try await QemuIO.run("write -P 99 0 64k", newer)
            vendor.server.put(VendorFixture.imagePath, try WholeFile.read(newer))
            let digest = try await FileDigest.sha512(of: newer)
            vendor.server.put(VendorFixture.listPath, "\(digest)  test-1-genericcloud-amd64.qcow2\n".utf8)
            let new = try await vendor.pull().image
            #expect(new.disk != old.disk)
            #expect(try vendor.store.image(ImageReference("test:1:amd64")) == new)
            #expect(try OverlayCheck(overlay).isSound)
            try vendor.store.prune()
            #expect(try OverlayCheck(overlay).isSound)
            try Directory.removeTree(vendor.directory.appending("machines/vm1"))
            #expect(try vendor.store.prune().bytes > 0)
            #expect(throws: DiskImageError.self) { try DiskFacts.read(old.disk) }
            #expect(try vendor.store.image(ImageReference("test:1:amd64")) == new)
        }
    }

    @Test func `a cancelled download stops at once and can be taken up`() async throws {
        try await VendorFixture.with { vendor in
            vendor.server.fail(VendorFixture.imagePath, .slow(piece: 1024, milliseconds: 20))
            let begun = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let task = Task {
                try await vendor.pull { update in
                    if update.isBytes, (update.completed ?? 0) > 10_000 { begun.continuation.yield() }
                }
            }
            for await _ in begun.stream { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let pulled = try await vendor.pull()
            #expect(try WholeFile.read(pulled.image.disk) == vendor.image)
            #expect((vendor.server.requests(for: VendorFixture.imagePath).last?.from ?? 0) > 10_000)
        }
    }
}
