import HostSupport
import LibC
import PatienceForTests
import SystemPackage
import Testing

@Suite struct FileTests {
    @Test func `a file is replaced whole and private to its owner`() throws {
        try withScratchDirectory { directory in
            let file = directory.appending("note")
            try WholeFile.write("one".utf8, to: file)
            try WholeFile.write("two".utf8, to: file)
            #expect(try WholeFile.readText(file) == "two")
            #expect(Directory.names(in: directory) == ["note"])
        }
    }

    @Test func `writing into a directory that is not there names the file and the reason`() throws {
        try withScratchDirectory { directory in
            let error = #expect(throws: FileFailure.self) {
                try WholeFile.write("x".utf8, to: directory.appending("no/such/note"))
            }
            #expect(error?.reason == .noSuchFileOrDirectory)
            #expect(error?.description.contains("no/such/note: cannot write") == true)
        }
    }

    @Test func `a file over the limit is refused`() throws {
        try withScratchDirectory { directory in
            let file = directory.appending("large")
            try WholeFile.write(repeatElement(UInt8(ascii: "x"), count: 200_000), to: file)
            #expect(throws: FileFailure.self) { try WholeFile.read(file, limit: 100_000) }
        }
    }

    @Test func `a pipe is read to its end`() async throws {
        try await withScratchDirectory { directory in
            let pipe = directory.appending("pipe")
            try #require(mkfifo(pipe.string, 0o600) == 0)
            async let text = BlockingCalls.run { try WholeFile.readText(pipe) }
            try await BlockingCalls.run {
                // Opening waits for the reader.
                let writer = try FileDescriptor.open(pipe, .writeOnly)
                try writer.writeAll("one".utf8)
                usleep(100_000)
                try writer.writeAll("two".utf8)
                try writer.close()
            }
            let read = try await text
            #expect(read == "onetwo")
        }
    }

    @Test func `a tree is removed with the links in it and not what they lead to`() throws {
        try withScratchDirectory { directory in
            let kept = directory.appending("kept")
            try WholeFile.write("x".utf8, to: kept)
            let tree = directory.appending("tree")
            try Directory.create(tree.appending("a/b"))
            try WholeFile.write("x".utf8, to: tree.appending("a/b/c"))
            try FilePath.link(tree.appending("a/link"), to: directory)
            try Directory.removeTree(tree)
            try Directory.removeTree(tree)
            #expect(Directory.names(in: directory) == ["kept"])
        }
    }

    @Test func `a lock is held by one at a time and free again when its holder lets go`() async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("lock")
            do {
                let first = try FileLock.take(path)
                #expect((first == nil) == false)
                let second = try FileLock.take(path)
                #expect((second == nil) == true)
                await #expect(throws: DeadlineExceeded.self) {
                    _ = try await FileLock.acquire(path, within: .milliseconds(50))
                }
                _ = consume first
            }
            _ = try await FileLock.acquire(path, within: Patience.seconds(5))
        }
    }

    @Test func `a word beside a lock goes when another takes the lock`() throws {
        try withScratchDirectory { directory in
            let path = directory.appending("lock")
            #expect(FileLock.note(in: path) == nil)
            let first = try FileLock.take(path)
            #expect(FileLock.note(in: path) == nil)
            first?.note("mine")
            #expect(FileLock.note(in: path) == "mine" && FileLock.holder(of: path) == getpid())
            _ = consume first
            #expect(FileLock.note(in: path) == "mine")
            let second = try FileLock.take(path)
            #expect(FileLock.note(in: path) == nil && FileLock.holder(of: path) == getpid())
            _ = consume second
        }
    }

    @Test func `a private directory is one's own and no link, or it is refused with the reason`() throws {
        try withScratchDirectory { directory in
            let own = directory.appending("own")
            try Directory.createPrivate(own)
            try Directory.createPrivate(own)
            try FilePath.link(directory.appending("link"), to: own)
            try WholeFile.write("x".utf8, to: directory.appending("file"))
            for (name, mode) in [("group", 0o770), ("others", 0o701), ("readable", 0o755)] as [(String, mode_t)] {
                try Directory.create(directory.appending(name))
                chmod(directory.appending(name).string, mode)
            }
            for (name, reason) in [
                ("link", "not a directory"), ("file", "not a directory"), ("group", "others can access"),
                ("others", "others can access"), ("readable", "others can access"),
            ] {
                let error = #expect(throws: FileFailure.self) { try Directory.createPrivate(directory.appending(name)) }
                #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
            }
        }
    }

    @Test func `a private directory of somebody else is refused`() throws {
        try withScratchDirectory { directory in
            // Only root can give a directory away; for anybody else root's own are somebody else's.
            let foreign = HostUser.isRoot ? directory.appending("foreign") : FilePath("/root")
            if HostUser.isRoot {
                try Directory.create(foreign)
                try #require(chown(foreign.string, 12345, 12345) == 0)
            }
            let error = #expect(throws: FileFailure.self) { try Directory.createPrivate(foreign) }
            #expect(error?.description.contains("directory of user") == true, "\(String(describing: error))")
        }
    }

    @Test func `a resolved path leads through no link`() throws {
        try withScratchDirectory { directory in
            try WholeFile.write("x".utf8, to: directory.appending("file"))
            try FilePath.link(directory.appending("link"), to: directory)
            #expect(directory.appending("link/file").resolved == directory.resolved.appending("file"))
            #expect(directory.appending("missing/file").resolved == directory.appending("missing/file"))
        }
    }

    @Test(
        arguments: [
            (["QUIVER_HOME": "/q"], "/q/images", "/q/cache", "/q/run"),
            (["HOME": "/home/a"], "/home/a/.local/share/quiver/images", "/home/a/.cache/quiver", nil),
            (
                ["HOME": "/home/a", "XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "relative", "XDG_RUNTIME_DIR": "/r"],
                "/d/quiver/images", "/home/a/.cache/quiver", "/r/quiver"
            ),
        ] as [([String: String], String, String, String?)]
    )
    func `the home follows the environment`(
        environment: [String: String],
        images: String,
        cache: String,
        runtime: String?,
    ) {
        let home = QuiverHome(environment: environment)
        #expect(home.images.string == images)
        #expect(home.cache.string == cache)
        if let runtime { #expect(home.runtime.string == runtime) }
    }
}
