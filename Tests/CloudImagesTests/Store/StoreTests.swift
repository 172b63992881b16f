import CloudImages
import DiskImages
import HostSupport
import ImageToolsForTests
import LibC
import Quantities
import SystemPackage
import Testing

@Suite struct StoreTests {
    private static func withStore(_ body: (FilePath, ImageStore, _ file: FilePath) async throws -> Void) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("disk.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", file.string, "64M"])
            try await body(directory, ImageStore(home: QuiverHome(root: directory.appending("home"))), file)
        }
    }

    @Test func `an imported image is found by its name, listed and removed`() async throws {
        try await Self.withStore { directory, store, file in
            let image = try await store.importing(file, as: ImageReference("mine:1"))
            #expect(try store.image(ImageReference("mine:1")) == image)
            #expect(try WholeFile.read(image.disk) == WholeFile.read(file))
            #expect(try await store.verify(image) == .whole)
            let stored = try #require(store.inventory().first)
            #expect(stored.virtualSize == .mebibytes(64))
            #expect(stored.usedBy.isEmpty)
            try store.remove(ImageReference("mine:1"))
            let error = try #require(throws: CloudImagesError.self) { try store.image(ImageReference("mine:1")) }
            #expect(error.code == .unknownImage)
        }
    }

    @Test func `a raw image with holes is imported with its holes`() async throws {
        try await Self.withStore { directory, store, _ in
            let raw = directory.appending("disk.raw")
            try await QemuImg.run(["create", "-q", "-f", "raw", raw.string, "200M"])
            try BootableDisk.mark(raw)
            let image = try await store.importing(raw, as: ImageReference("raw"))
            let facts = try DiskFacts.read(image.disk, format: image.format)
            #expect(image.format == .raw)
            #expect(facts.virtualSize == .mebibytes(200))
            #expect(facts.occupiedSize <= .mebibytes(1))
        }
    }

    @Test func `an image that needs another file is not taken`() async throws {
        try await Self.withStore { directory, store, file in
            let overlay = directory.appending("overlay.qcow2")
            try Overlay.create(at: overlay, base: file)
            let error = try await #require(throws: CloudImagesError.self) {
                try await store.importing(overlay, as: ImageReference("mine"))
            }
            #expect(error.code == .unsupported)
            #expect(error.message.contains("qemu-img convert"))
            #expect(Directory.names(in: store.path).isEmpty)
        }
    }

    @Test func `an image in use is removed by force alone`() async throws {
        try await Self.withStore { directory, store, file in
            let image = try await store.importing(file, as: ImageReference("mine"))
            let machine = directory.appending("home/machines/vm1")
            try Directory.create(machine)
            try Overlay.create(at: machine.appending("disk.qcow2"), base: image.disk)
            #expect(store.inventory().first?.usedBy == [machine.appending("disk.qcow2")])
            let error = try #require(throws: CloudImagesError.self) { try store.remove(ImageReference("mine")) }
            #expect(error.code == .inUse)
            #expect(error.message.contains("vm1"))
            try store.prune(all: true)
            #expect(store.list().count == 1)
            try store.remove(ImageReference("mine"), isForced: true)
            #expect(store.list().isEmpty)
        }
    }

    @Test(arguments: [(isLinkedStore: true, isLinkedRecord: false), (true, true), (false, true)])
    func `an image is in use whatever way its overlay records leads to it`(
        isLinkedStore: Bool,
        isLinkedRecord: Bool,
    ) async throws {
        try await Self.withStore { directory, direct, file in
            try Directory.create(directory.appending("home"))
            let link = directory.appending("link")
            try #require(symlink(directory.appending("home").string, link.string) == 0)
            let linked = ImageStore(home: QuiverHome(root: link))
            let image = try await linked.importing(file, as: ImageReference("mine"))
            let base = isLinkedRecord ? image.disk : image.disk.resolved
            let machine = directory.appending("home/machines/vm1")
            try Directory.create(machine)
            try Overlay.create(at: machine.appending("disk.qcow2"), base: base)
            let store = isLinkedStore ? linked : direct
            #expect(store.inventory().first?.usedBy.count == 1)
            #expect(throws: CloudImagesError.self) { try store.remove(ImageReference("mine")) }
            try store.prune(all: true)
            #expect(store.list().count == 1)
        }
    }

    @Test func `a disk that somebody wrote to is refused, and told by a full check`() async throws {
        try await Self.withStore { _, store, file in
            let image = try await store.importing(file, as: ImageReference("mine"))
            try await QemuIO.run("write -P 1 0 64k", image.disk)
            let error = try #require(throws: CloudImagesError.self) { try store.image(ImageReference("mine")) }
            #expect(error.code == .badImage)
            #expect(error.message.contains("quiver image check mine"))
            guard case .changed = try await store.verify(image) else {
                Issue.record("the check did not see the change")
                return
            }
            // The same file again mends it.
            _ = try await store.importing(file, as: ImageReference("mine"))
            #expect(try await store.verify(store.image(ImageReference("mine"))) == .whole)
        }
    }

    @Test func `pruning removes replaced images and what broke off, and nothing else`() async throws {
        try await Self.withStore { directory, store, file in
            _ = try await store.importing(file, as: ImageReference("mine"))
            try await QemuIO.run("write -P 1 0 64k", file)
            let newer = try await store.importing(file, as: ImageReference("mine"))
            // No process has the largest number there is.
            let leftover = store.path.appending(".making-4194999-1")
            try Directory.create(leftover)
            #expect(Directory.names(in: store.path).count == 3)
            try store.prune()
            #expect(Directory.names(in: store.path).count == 1)
            #expect(try await store.verify(newer) == .whole)
        }
    }

    @Test(arguments: [
        ("debian:12", "debian:12", ImageArchitecture.host), ("ubuntu:24.04:arm64", "ubuntu:24.04", .arm64),
        ("fedora:amd64", "fedora", .amd64), ("mine", "mine", .host),
    ])
    func `a reference names an image and an architecture`(
        text: String,
        name: String,
        architecture: ImageArchitecture,
    ) throws {
        #expect(try ImageReference(text).target == .stored(name: name, architecture: architecture))
    }

    @Test(arguments: ["", ":", "debian:", "-x", "a b", "debian:12:13", "..", "über"])
    func `what is no reference is refused`(text: String) throws {
        let error = try #require(throws: CloudImagesError.self) { _ = try ImageReference(text) }
        #expect(error.code == .badReference)
    }
}
