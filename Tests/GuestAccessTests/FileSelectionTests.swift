import HostSupport
import SystemPackage
import Testing

@testable import GuestAccess

@Suite struct FileSelectionTests {
    @Test(
        arguments: [
            ("a b", "a b"), (##"new\#012line"##, "new\nline"), (##"\#303\#274mlaut"##, "ümlaut"),
            (##"wei\#134#012rd"##, ##"wei\#012rd"##), (##"back\slash"##, ##"back\slash"##), (##"\#377"##, nil),
        ] as [(String, String?)]
    )
    func `a name that rsync prints is read as it is`(printed: String, name: String?) {
        #expect(FileSelection.unescaped(printed[...]) == name)
    }

    @Test func `what rsync would copy is named, whatever it is called`() async throws {
        let folder = FilePath("/tmp/quiver-test-selection-\(UInt32.random(in: 0 ... .max))")
        defer { try? Folder.removeTree(folder) }
        let kept = ["a b", "new\nline", "ümlaut", "-n", ##"wei\#012rd"##, "file:x", "sub/inner.txt", "sub/keep.log"]
        for name in kept + ["sub/x.log", "sub/__pycache__/x.pyc"] {
            let file = folder.appending(name)
            try Folder.create(file.removingLastComponent())
            try WholeFile.write("x".utf8, to: file)
        }
        let selection = FileSelection(include: ["keep.log"], exclude: ["*.log", "__pycache__/"])
        let names = try #require(try await selection.names(in: folder))
        #expect(Set(names) == Set(kept + ["sub"]) && names.count == kept.count + 1)
        #expect(!Folder.exists(folder.appending(".quiver-nowhere")))
    }

    @Test func `of a folder that is not there nothing can be told`() async throws {
        #expect(try await FileSelection().names(in: "/nonexistent/folder") == nil)
    }
}
