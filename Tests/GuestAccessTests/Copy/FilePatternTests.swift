import Testing

@testable import GuestAccess

/// What rsync 3 leaves out for each pattern, as its dry run has shown.
@Suite struct FilePatternTests {
    /// Everything in a directory, with the directories.
    private static let names = [
        "[x]", "a.log", "a1", "b2", "build", "build/x", "docs", "docs/build", "docs/build/z", "foo", "foo/bar",
        "foobar",
        "sub", "sub/a.log", "sub/build", "sub/build/y", "sub/deep", "sub/deep/a.log", "sub/foo", "sub/foo/bar",
        "sub/keep", "sub/keep/k.txt", "x", "x/y", "x/y/z", "x/y/z/w.txt",
    ]

    @Test(
        arguments: [
            ("*.log", ["a.log", "sub/a.log", "sub/deep/a.log"]),
            ("/a.log", ["a.log"]),
            ("build/", ["build", "docs/build", "sub/build"]),
            ("/build", ["build"]),
            ("sub/*.log", ["sub/a.log"]),
            ("sub/**", ["sub/a.log", "sub/build", "sub/deep", "sub/foo", "sub/keep"]),
            ("**/a.log", ["a.log", "sub/a.log", "sub/deep/a.log"]),
            ("sub/**/a.log", ["sub/deep/a.log"]),
            ("foo/bar", ["foo/bar", "sub/foo/bar"]),
            ("/foo/bar", ["foo/bar"]),
            ("?1", ["a1"]),
            ("[ab]?", ["a1", "b2"]),
            ("[!a]1", []),
            (
                "[a-c]*",
                [
                    "a.log", "a1", "b2", "build", "docs/build", "foo/bar", "sub/a.log", "sub/build", "sub/deep/a.log",
                    "sub/foo/bar",
                ]
            ),
            ("x/***", ["x"]),
            ("/sub/keep/***", ["sub/keep"]),
            ("bar/", []),
            ("deep", ["sub/deep"]),
            ("su?/deep", ["sub/deep"]),
            ("*/build", ["docs/build", "sub/build"]),
            ("s*/a.log", ["sub/a.log"]),
            ("[[]x]", ["[x]"]),
            ("x/*/z", ["x/y/z"]),
            ("**z/w.txt", ["x/y/z/w.txt"]),
            ("y/**", ["x/y/z"]),
            (##"\[x]"##, ["[x]"]),
            ("o/bar", []),
            ("sub/", ["sub"]),
            ("**", ["[x]", "a.log", "a1", "b2", "build", "docs", "foo", "foobar", "sub", "x"]),
            ("[unfinished", []),
        ] as [(String, [String])]
    )
    func `a pattern leaves out what rsync leaves out`(pattern: String, left: [String]) {
        let filter = FileFilter(FileSelection(exclude: [pattern]))
        let directories = Self.names.filter { name in Self.names.contains { $0.hasPrefix("\(name)/") } }
        let excluded = Self.names.filter { filter.excludes($0, isDirectory: directories.contains($0)) }
        // What is in a directory that is left out is not looked at.
        let tops = excluded.filter { name in !excluded.contains { name.hasPrefix("\($0)/") } }
        #expect(tops == left)
    }

    @Test func `what is included is not excluded`() {
        let filter = FileFilter(FileSelection(include: ["keep.log"], exclude: ["*.log"]))
        #expect(filter.excludes("a/b.log", isDirectory: false))
        #expect(!filter.excludes("a/keep.log", isDirectory: false))
    }
}
