import HostSupport
import HostTools
import LibC
import SystemPackage
import Testing

extension IsolationTests {
    /// A warm machine of whose memory a byte was altered is not used: why is said, and another is made.
    ///
    /// That one is frozen with a project that changes afterwards: the guest sees the project as it is on the host.
    @Test func `a warm machine that was altered is made again, and a project's changes are followed`() async throws {
        try await alterWarmMachines()
        let project = quiver.home.appending("changing")
        let old = ["gone.txt": "1", "turns": "a file", "sub/deep/gone.txt": "1", "edited.txt": "old"]
        try Self.write(old, project)
        let first = try await quiver.run("test", project.string)
        try #require(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.errors.contains("memory was modified"), "\(first.errors)")
        #expect(first.errors.contains("(unchanged)"), "\(first.errors)")

        for name in ["gone.txt", "turns", "sub"] { try Directory.removeTree(project.appending(name)) }
        let new = ["turns/into it/it's.txt": "new", "edited.txt": "edited"]
        try Self.write(new, project)
        let second = try await quiver.run("test", project.string)
        #expect(second.status == 0, "\(second.output)\(second.errors)")
        #expect(second.errors.contains("changed)"), "\(second.errors)")
        #expect(!second.errors.contains("was modified"), "\(second.errors)")
        let isolated = try await quiver.run("test", project.string, "--isolate", "test")
        #expect(isolated.status == 0, "\(isolated.output)\(isolated.errors)")

        // Another project goes on from the same warm machine, and finds nothing of the first.
        let other = quiver.home.appending("other")
        try Self.write([:], other)
        let alone = try await quiver.run("test", other.string)
        #expect(alone.status == 0, "\(alone.output)\(alone.errors)")
        #expect(!alone.errors.contains("modified") && !alone.errors.contains("freeze"), "\(alone.errors)")
    }

    /// Changes a byte in the memory of each kept machine; makes one where there is none yet.
    ///
    /// One that an earlier run of the tests altered must not become whole again, as it would by flipping a bit twice.
    private func alterWarmMachines() async throws {
        let templates = quiver.home.appending("cache/templates")
        func warm() -> [String] { Directory.names(in: templates).filter { !$0.hasSuffix(".lock") } }
        if warm().isEmpty { _ = try await Self.run(quiver, "chosen", ["--isolate", "none"]) }
        try #require(!warm().isEmpty)
        for name in warm() {
            let memory = try FileDescriptor.open(templates.appending(name).appending("memory"), .readWrite)
            defer { try? memory.close() }
            var byte: [UInt8] = [0]
            _ = try byte.withUnsafeMutableBytes { try memory.read(fromAbsoluteOffset: 5_000_000, into: $0) }
            try memory.writeAll(toAbsoluteOffset: 5_000_000, [byte[0] &+ 1])
        }
    }

    /// Writes the files, and a test that passes where its directory has these and no others, and nothing is beside it.
    private static func write(_ files: [String: String], _ project: FilePath) throws {
        let machine = "[tool.quiver]\nimage = \"debian:12\"\nmemory = \"1G\"\ncpus = 2\n"
        let test = """
            import os, pathlib

            def test_seen():
                here = pathlib.Path(__file__).parent
                assert os.listdir(here.parent) == [here.name]
                own = {"pyproject.toml", "test_seen.py"}
                made = {"__pycache__", ".pytest_cache"}
                files = {str(path.relative_to(here)): path.read_text() for path in here.rglob("*")
                         if path.is_file() and not made & set(path.parts) and path.name not in own}
                assert files == dict(\(files.map { [$0, $1] }))

            """
        for (name, text) in files.merging(["pyproject.toml": machine, "test_seen.py": test], uniquingKeysWith: { $1 }) {
            let file = project.appending(name)
            try Directory.create(file.removingLastComponent())
            try WholeFile.write(text.utf8, to: file)
        }
    }
}
