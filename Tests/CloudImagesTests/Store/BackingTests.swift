import CloudImages
import DiskImages
import HostSupport
import ImageToolsForTests
import QuiverErrors
import SystemPackage
import Testing

/// Disks from strangers: a header may name any file of the host, which the guest could then read.
struct BackingTests {
    /// What is made in a directory with a raw `raw`, a qcow2 `plain` and one `elsewhere/plain`; the disk is `disk`.
    static let refused = [
        "create -u -f qcow2 -b /etc/passwd -F raw disk 8M",
        "create -u -f qcow2 -b $PWD/raw -F raw disk 8M",
        "create -u -f qcow2 -b $PWD/elsewhere/plain -F qcow2 disk 8M",
        "create -u -f qcow2 -b ../$NAME/elsewhere/plain -F qcow2 disk 8M",
        "create -u -f qcow2 -b json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}} -F raw disk 8M",
        "create -u -f qcow2 -b nbd://localhost:1/x -F raw disk 8M",
        "create -f qcow2 -o data_file=$PWD/data disk 8M",
    ]

    private static func with(
        _ body: (_ directory: FilePath, _ store: ImageStore, _ run: (String) async throws -> Void) async throws -> Void,
    ) async throws {
        try await withScratchDirectory { directory in
            try Directory.create(directory.appending("elsewhere"))
            func run(_ line: String) async throws {
                let words = line.split(separator: " ").map {
                    String($0).replacing("$PWD", with: directory.string)
                        .replacing("$NAME", with: directory.lastComponent?.string ?? "")
                }
                try await QemuImg.run(words, in: directory)
            }
            try await run("create -f qcow2 plain 8M")
            try await run("create -f qcow2 elsewhere/plain 8M")
            try await run("create -f raw raw 8M")
            try await body(directory, ImageStore(home: QuiverHome(root: directory.appending("home"))), run)
        }
    }

    @Test(arguments: refused)
    func `a disk that names other files is refused unless the user trusts it`(line: String) async throws {
        try await Self.with { directory, store, run in
            try await run(line)
            let disk = directory.appending("disk")
            let reference = try ImageReference(disk.string)
            let error = try #require(throws: CloudImagesError.self) { try store.image(reference) }
            #expect(error.code == .unsupported && error.category == .unavailable)
            #expect(error.message.hasPrefix("\(disk.resolved): ") && error.message.contains("--trust-backing"))
            #expect(try store.image(reference, trustsBacking: true).disk == disk)
        }
    }

    @Test(arguments: refused)
    func `so is one whose own neighbour names them`(line: String) async throws {
        try await Self.with { directory, store, run in
            try await run(line)
            try await run("create -u -f qcow2 -b disk -F qcow2 top 8M")
            let error = try #require(throws: CloudImagesError.self) {
                try store.image(ImageReference(directory.appending("top").string))
            }
            #expect(error.code == .unsupported && error.message.contains("/disk: "), "\(error)")
        }
    }

    @Test func `neighbours and disks of the store are the usual work with overlays`() async throws {
        try await Self.with { directory, store, run in
            try await run("create -u -f qcow2 -b plain -F qcow2 middle 8M")
            try await run("create -u -f qcow2 -b $PWD/middle -F qcow2 top 8M")
            let top = try ImageReference(directory.appending("top").string)
            #expect(try store.image(top).disk == directory.appending("top"))
            let stored = try await store.importing(directory.appending("elsewhere/plain"), as: ImageReference("mine:1"))
            try await run("create -u -f qcow2 -b \(stored.disk) -F qcow2 overlay 8M")
            let overlay = try ImageReference(directory.appending("overlay").string)
            #expect(try store.image(overlay).disk == directory.appending("overlay"))
        }
    }

    @Test func `a chain that leads back to itself ends`() async throws {
        try await Self.with { directory, store, run in
            try await run("create -u -f qcow2 -b two -F qcow2 one 8M")
            try await run("create -u -f qcow2 -b one -F qcow2 two 8M")
            let error = try #require(throws: CloudImagesError.self) {
                try store.image(ImageReference(directory.appending("one").string))
            }
            #expect(error.code == .badImage && error.message.contains("too long"), "\(error)")
        }
    }
}
