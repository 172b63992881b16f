import Testing

@testable import GuestAccess

@Suite struct TreeChangeTests {
    private func file(_ name: String, _ size: Int64 = 1, at time: Int64 = 5, mode: UInt32 = 0o644) -> CopiedEntry {
        CopiedEntry(name: name, kind: .file(size: size), mode: mode, modified: time)
    }

    private func directory(_ name: String, mode: UInt32 = 0o755) -> CopiedEntry {
        CopiedEntry(name: name, kind: .directory, mode: mode, modified: 0)
    }

    private func link(_ name: String, _ target: String) -> CopiedEntry {
        CopiedEntry(name: name, kind: .link(to: target), mode: 0o777, modified: 0)
    }

    @Test func `only what differs is written, and directories are removed after what is in them`() {
        let old = [
            directory("gone"), file("gone/a"), directory("gone/b"), file("same"), file("size", 1), file("time", at: 1),
            file("mode"), directory("turns"), file("turns/x"), link("l", "a"), directory("kept"), file("special"),
        ]
        let new = [
            file("same"), file("size", 2), file("time", at: 2), file("mode", mode: 0o755), file("turns"),
            link("l", "b"),
            directory("kept", mode: 0o700), directory("new"), file("new/a"), directory("special"),
        ]
        let change = TreeChange(from: old, to: new)
        #expect(change.removed == ["turns/x", "turns", "special", "gone/b", "gone/a", "gone"])
        #expect(change.written.map(\.name) == ["size", "time", "turns", "l", "new", "new/a", "special"])
        #expect(change.adjusted.map(\.name) == ["mode", "kept"])
    }

    @Test func `nothing changes between trees that are alike`() {
        let tree = [directory("a"), file("a/b"), link("a/c", "b")]
        let change = TreeChange(from: tree, to: tree)
        #expect(change.removed.isEmpty && change.written.isEmpty && change.adjusted.isEmpty)
    }
}
