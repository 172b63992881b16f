import HostSupport
import SystemPackage
import Testing

@testable import GuestAccess

@Suite struct FileSelectionTests {
    @Test func `what would be copied is named, whatever it is called`() async throws {
        let directory = FilePath("/tmp/quiver-test-selection-\(UInt32.random(in: 0 ... .max))")
        defer { try? Directory.removeTree(directory) }
        let kept = ["a b", "new\nline", "ümlaut", "-n", ##"wei\#012rd"##, "file:x", "sub/inner.txt", "sub/keep.log"]
        for name in kept + ["sub/x.log", "sub/__pycache__/x.pyc"] {
            let file = directory.appending(name)
            try Directory.create(file.removingLastComponent())
            try WholeFile.write("x".utf8, to: file)
        }
        let selection = FileSelection(include: ["keep.log"], exclude: ["*.log", "__pycache__/"])
        let names = try #require(try await selection.names(in: directory))
        #expect(Set(names) == Set(kept + ["sub"]) && names.count == kept.count + 1)
    }

    @Test func `of a directory that is not there nothing can be told`() async throws {
        #expect(try await FileSelection().names(in: "/nonexistent/directory") == nil)
    }
}
