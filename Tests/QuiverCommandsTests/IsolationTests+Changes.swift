import HostSupport
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension IsolationTests {
    /// The guest sees a project as it is on the host, although it was frozen with an earlier form of it.
    func followChanges(_ quiver: QuiverProcess) async throws {
        let project = quiver.home.appending("changing")
        let old = ["gone.txt": "1", "turns": "a file", "sub/deep/gone.txt": "1", "edited.txt": "old"]
        try Self.write(old, project)
        let first = try await quiver.run("test", project.string)
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.errors.contains("(unchanged)"), "\(first.errors)")

        for name in ["gone.txt", "turns", "sub"] { try Folder.removeTree(project.appending(name)) }
        let new = ["turns/into it/it's.txt": "new", "edited.txt": "edited"]
        try Self.write(new, project)
        let second = try await quiver.run("test", project.string)
        #expect(second.status == 0, "\(second.output)\(second.errors)")
        #expect(second.errors.contains("changed)"), "\(second.errors)")
        let isolated = try await quiver.run("test", project.string, "--isolate", "test")
        #expect(isolated.status == 0, "\(isolated.output)\(isolated.errors)")

        // Another project goes on from the same warm machine, and finds nothing of the first.
        let other = quiver.home.appending("other")
        try Self.write([:], other)
        let alone = try await quiver.run("test", other.string)
        #expect(alone.status == 0, "\(alone.output)\(alone.errors)")
    }

    /// Writes the files, and a test that passes where its folder has these and no others, and nothing is beside it.
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
            try Folder.create(file.removingLastComponent())
            try WholeFile.write(text.utf8, to: file)
        }
    }
}
