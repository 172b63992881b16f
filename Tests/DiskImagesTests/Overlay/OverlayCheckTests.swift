import DiskImages
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

/// Overlays whose base came to harm: found out, explained, and mended where that can be done.
@Suite struct OverlayCheckTests {
    private static func withOverlay(_ body: (_ directory: FilePath, _ overlay: FilePath) async throws -> Void)
        async throws
    {
        try await withScratchDirectory { directory in
            let base = directory.appending("base.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", base.string, "16M"])
            try await QemuIO.run("write -P 7 0 1M", base)
            try Directory.create(directory.appending("vm"))
            let overlay = directory.appending("vm/overlay.qcow2")
            try Overlay.create(at: overlay, base: base)
            try await QemuIO.run("write -P 9 1M 1M", overlay)
            try await body(directory, overlay)
        }
    }

    private static func move(_ from: FilePath, to: FilePath) async throws {
        let outcome = try await ToolRun.run("mv", [from.string, to.string])
        #expect(outcome.isSuccess)
    }

    private static func kinds(_ overlay: FilePath, searchDirectories: [FilePath] = []) throws -> [OverlayFinding.Kind] {
        try OverlayCheck(overlay, searchDirectories: searchDirectories).findings.map(\.kind)
    }

    /// Expects the disk that ``withOverlay(_:)`` made.
    private static func expectContent(of overlay: FilePath) async throws {
        try await QemuImg.run(["check", "-q", overlay.string])
        try await QemuIO.run("read -P 7 0 1M", overlay)
        try await QemuIO.run("read -P 9 1M 1M", overlay)
    }

    @Test func `an overlay on its own base is sound`() async throws {
        try await Self.withOverlay { _, overlay in
            let check = try OverlayCheck(overlay)
            #expect(check.findings.isEmpty)
            #expect(check.isSound)
            #expect(check.chain.links.count == 2)
        }
    }

    @Test(arguments: ["renamed.qcow2", "vm/base.qcow2", "elsewhere/deep/base.qcow2"])
    func `a moved base is found and the overlay mended`(place: String) async throws {
        try await Self.withOverlay { directory, overlay in
            try Directory.create(directory.appending("elsewhere/deep"))
            let moved = directory.appending(place)
            try await Self.move(directory.appending("base.qcow2"), to: moved)
            let finding = try #require(
                try OverlayCheck(overlay, searchDirectories: [directory.appending("elsewhere")]).findings.first
            )
            #expect(finding.kind == .baseMoved)
            #expect(finding.severity == .error)
            #expect(finding.hint == "quiver overlay rebase \(overlay) --onto \(moved)")
            #expect(try await Overlay.rebase(overlay, onto: moved) == .renamed)
            #expect(try OverlayCheck(overlay).isSound)
            try await Self.expectContent(of: overlay)
        }
    }

    @Test func `a base that is gone is named, and nothing else is taken for it`() async throws {
        try await Self.withOverlay { directory, overlay in
            try Directory.removeTree(directory.appending("base.qcow2"))
            let finding = try #require(try OverlayCheck(overlay).findings.first)
            #expect(finding.kind == .baseMissing)
            #expect(finding.message.contains("base.qcow2"))
            let other = directory.appending("other.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", other.string, "16M"])
            let error = try await #require(throws: DiskImageError.self) {
                try await Overlay.rebase(overlay, onto: other)
            }
            #expect(error.code == .unsupported)
            #expect(error.message.contains("--trust"))
        }
    }

    @Test func `an edited base is found out`() async throws {
        try await Self.withOverlay { directory, overlay in
            try await QemuIO.run("write -P 8 0 64k", directory.appending("base.qcow2"))
            #expect(try Self.kinds(overlay) == [.baseEdited])
            #expect(try !OverlayCheck(overlay).isSound)
        }
    }

    @Test func `an overlay goes onto a different base with the guest's disk unchanged`() async throws {
        try await Self.withOverlay { directory, overlay in
            let other = directory.appending("other.raw")
            try await QemuImg.run(["create", "-q", "-f", "raw", other.string, "16M"])
            #expect(try await Overlay.rebase(overlay, onto: other) == .copied)
            #expect(try OverlayCheck(overlay).findings.isEmpty)
            try await Self.expectContent(of: overlay)
            #expect(try await QemuImg.info(overlay).fullBackingFilename == other.string)
        }
    }

    @Test func `a trusted base is taken at its owner's word`() async throws {
        try await Self.withOverlay { directory, overlay in
            let copy = directory.appending("a copy.qcow2")
            try await QemuImg.run(["convert", "-O", "qcow2", directory.appending("base.qcow2").string, copy.string])
            try Directory.removeTree(directory.appending("base.qcow2"))
            #expect(try await Overlay.rebase(overlay, onto: copy, isTrusted: true) == .renamed)
            #expect(try OverlayCheck(overlay).isSound)
            try await Self.expectContent(of: overlay)
        }
    }

    @Test func `cycles are found, and none can be made`() async throws {
        try await Self.withOverlay { directory, overlay in
            let base = directory.appending("base.qcow2")
            let error = try await #require(throws: DiskImageError.self) {
                try await Overlay.rebase(base, onto: overlay, isTrusted: true)
            }
            #expect(error.message.contains("depends on"))
            try await QemuImg.run(["rebase", "-u", "-f", "qcow2", "-b", overlay.string, "-F", "qcow2", base.string])
            #expect(try Self.kinds(overlay).contains(.chainCycle))
            #expect(try Self.kinds(base).contains(.chainCycle))
        }
    }

    @Test func `a chain of many overlays is followed to its end`() async throws {
        try await Self.withOverlay { directory, overlay in
            var top = overlay
            for number in 1...30 {
                let next = directory.appending("\(number).qcow2")
                try Overlay.create(at: next, base: top)
                top = next
            }
            let chain = DiskChain.read(top)
            #expect(chain.links.count == 32)
            #expect(chain.end == nil)
            try await Self.expectContent(of: top)
        }
    }

    @Test func `a chain without end is cut`() async throws {
        try await Self.withOverlay { directory, overlay in
            var top = overlay
            for number in 0..<DiskChain.longest {
                let next = directory.appending("\(number).qcow2")
                try Overlay.create(at: next, base: top)
                top = next
            }
            #expect(try Self.kinds(top) == [.chainTooLong])
        }
    }

    @Test func `a base that a machine writes to, and an overlay in use, are told with the holder`() async throws {
        try await Self.withOverlay { directory, overlay in
            let base = directory.appending("base.qcow2")
            try await QemuHold.while(base, isOpenedWith: "qcow2") { process in
                let written = try #require(try OverlayCheck(overlay).findings.first { $0.kind == .baseWritten })
                #expect(written.message.contains("process \(process)"))
            }
            try await QemuHold.while(overlay, isOpenedWith: "qcow2") { process in
                let used = try #require(try OverlayCheck(overlay).findings.first { $0.kind == .imageInUse })
                #expect(used.message.contains("process \(process)"))
                let error = try await #require(throws: DiskImageError.self) {
                    try await Overlay.rebase(overlay, onto: base, isTrusted: true)
                }
                #expect(error.code == .inUse)
                #expect(error.message.contains("process \(process)"))
            }
        }
    }

    @Test func `what only warns is told and does not fail`() async throws {
        try await withScratchDirectory { directory in
            let base = directory.appending("base.qcow2")
            let overlay = directory.appending("overlay.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", base.string, "16M"])
            try Overlay.create(at: overlay, base: base)
            // Without a format, and smaller than its base.
            try await QemuImg.run(["rebase", "-u", "-f", "qcow2", "-b", "", overlay.string])
            try await QemuImg.run(["create", "-q", "-f", "qcow2", "-o", "compat=0.10", overlay.string, "8M"])
            var bytes = try WholeFile.read(overlay)
            let name = Array("base.qcow2".utf8)
            bytes.replaceSubrange(8..<20, with: [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, UInt8(name.count)])
            bytes.replaceSubrange(256..<256 + name.count, with: name)
            try WholeFile.write(bytes, to: overlay)
            let check = try OverlayCheck(overlay)
            #expect(check.isSound)
            #expect(Set(check.findings.map(\.kind)) == [.formatNotRecorded, .baseLarger])
            try await Overlay.rebase(overlay, onto: base, isTrusted: true)
            let after = try Self.kinds(overlay)
            #expect(after == [.baseLarger])
            try await QemuImg.run(["check", "-q", overlay.string])
        }
    }

    @Test func `a damaged, a cut and a missing image are told apart`() async throws {
        try await Self.withOverlay { directory, overlay in
            let base = directory.appending("base.qcow2")
            let whole = try WholeFile.read(base)
            try WholeFile.write(whole[..<50], to: base)
            #expect(try Self.kinds(overlay) == [.imageUnusable])
            var corrupt = whole
            corrupt[79] |= 2
            try WholeFile.write(corrupt, to: base)
            #expect(try Self.kinds(overlay).contains(.imageCorrupt))
            let error = try #require(throws: DiskImageError.self) {
                _ = try OverlayCheck(directory.appending("nothing.qcow2"))
            }
            #expect(error.code == .unreadable)
        }
    }
}
