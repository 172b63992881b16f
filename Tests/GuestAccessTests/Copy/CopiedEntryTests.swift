import Testing
import WireJSON

@testable import GuestAccess

@Suite struct CopiedEntryTests {
    @Test(
        arguments: [
            "", "/", "/etc/passwd", ".", "..", "../x", "a/..", "a/../b", "a//b", "a/", "a\nb", "a\u{1B}[2Jb", "a\u{7F}",
            "a\u{9B}b", "a\0b", String(repeating: "x", count: 256),
        ]
    )
    func `a name that leads elsewhere or that a terminal would act on is refused`(name: String) {
        let entry = CopiedEntry(name: name, kind: .file(size: 1), mode: 0o644, modified: 0)
        #expect(entry.objection == "its name is not allowed here")
    }

    @Test(arguments: ["a", "a b", "-n", "ünï/日本", "..a", "a..", "...", ".hidden/.x", "it's \"q\" $x *"])
    func `a name that is merely odd is allowed`(name: String) {
        #expect(CopiedEntry(name: name, kind: .directory, mode: 0o755, modified: 0).objection == nil)
    }

    @Test(
        arguments: [
            ("file", 0, true), ("a/b", 0, true), ("./a", 0, true), (".", 0, true), ("../a", 1, true), ("..", 1, true),
            ("../../a", 2, true), ("", 0, false), ("/etc/shadow", 0, false), ("../a", 0, false), ("..", 0, false),
            ("../../a", 1, false), ("a/../../b", 0, false), ("a/..", 0, false), ("a/../b", 3, false),
            ("./../a", 0, false), (".././../a", 1, false), ("a\nb", 0, false), ("a\0b", 0, false),
        ]
    )
    func `a link stays inside or not`(target: String, depth: Int, stays: Bool) {
        #expect(CopiedEntry.staysInside(target, depth: depth) == stays)
    }

    @Test(
        arguments: [
            "[]", "1", "{}", #"{"name":"a"}"#, #"{"name":"a","kind":"file","mode":420,"modified":0}"#,
            #"{"name":"a","kind":"file","mode":420,"modified":0,"size":-1}"#,
            #"{"name":"a","kind":"file","mode":-1,"modified":0,"size":1}"#,
            #"{"name":"a","kind":"file","mode":99999999999,"modified":0,"size":1}"#,
            #"{"name":"a","kind":"file","mode":420,"modified":1e300,"size":1}"#,
            #"{"name":"a","kind":"link","mode":420,"modified":0}"#,
            #"{"name":"a","kind":"hardlink","mode":420,"modified":0,"target":"b"}"#,
            #"{"name":1,"kind":"folder","mode":420,"modified":0}"#,
        ]
    )
    func `what no helper says is no entry`(text: String) throws {
        #expect(CopiedEntry(guest: try JSON.parse(text), in: "") == nil)
    }

    @Test func `a name is shown without what a terminal would act on`() {
        #expect(CopiedEntry.shown("a\u{1B}[2J\nb ü") == "a\\u{1B}[2J\\nb ü")
    }
}
