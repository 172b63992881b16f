import HostSupport
import Quantities
import SystemPackage
import Testing

@testable import Machines

@Suite struct TemplateFilesTests {
    @Test func `a sparse copy has the same content and keeps its holes`() async throws {
        try await ScratchHome.with { home in
            let (source, copy) = (home.data.appending("source"), home.data.appending("copy"))
            let file = try FileDescriptor.open(source, .readWrite, options: .create, permissions: [.ownerReadWrite])
            try file.closeAfter {
                try file.resize(to: 64 << 20)
                _ = try file.writeAll(toAbsoluteOffset: 4096, "begin".utf8)
                _ = try file.writeAll(toAbsoluteOffset: (64 << 20) - 3, "end".utf8)
            }
            try TemplateFiles.copySparse(source, to: copy)
            #expect(try WholeFile.read(source, limit: 65 << 20) == WholeFile.read(copy, limit: 65 << 20))
            #expect(TemplateFiles.diskUsage(of: home.data) < .mebibytes(4))
        }
    }

    @Test func `any write to a file changes its fingerprint`() async throws {
        try await ScratchHome.with { home in
            let path = home.data.appending("file")
            try WholeFile.write("one".utf8, to: path)
            let before = try #require(FileFingerprint(of: path))
            // Times of files advance by the kernel's tick, which may be as long as 10 ms.
            try await Task.sleep(for: .milliseconds(30))
            let file = try FileDescriptor.open(path, .writeOnly)
            try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: 0, "two".utf8) }
            #expect(FileFingerprint(of: path) != before)
            #expect(FileFingerprint(of: home.data.appending("missing")) == nil)
        }
    }
}
