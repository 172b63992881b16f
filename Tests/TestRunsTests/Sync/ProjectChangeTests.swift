import HostSupport
import HostTools
import LibC
import SystemPackage
import Testing
import WireJSON

@testable import GuestAccess
@testable import TestRuns

/// Changes of a project on this host, carried over to a copy of it by what a guest's helper has for it.
@Suite struct ProjectChangeTests {
    private let selection = FileSelection(exclude: ["*.pyc"])

    @Test func `a copy that is given the change is like the project again`() async throws {
        try await ScratchHome.with { home in
            let (project, copy) = (home.data.appending("project"), home.data.appending("copy"))
            for name in [
                "kept", "edited", "it's gone", "turns", "directory/one", "directory/two", "becomes/a", "same.pyc",
            ] {
                try write(name, name, in: project)
            }
            symlink("kept", project.appending("link").string)
            try Directory.create(project.appending("empty"))
            _ = try await ToolRun.run("cp", ["-a", project.string, copy.string])
            let before = try await listing(of: project)

            try write("edited, and longer", "edited", in: project)
            unlink(project.appending("it's gone").string)
            unlink(project.appending("turns").string)
            try write("now a directory", "turns/into/it", in: project)
            try Directory.removeTree(project.appending("directory"))
            try Directory.removeTree(project.appending("becomes"))
            try write("a file", "becomes", in: project)
            unlink(project.appending("link").string)
            symlink("edited", project.appending("link").string)
            chmod(project.appending("kept").string, 0o755)
            rmdir(project.appending("empty").string)
            try write("new", "ünter/-a b\nc", in: project)
            try write("new", String(repeating: "long/", count: 40) + "name", in: project)
            try write("not copied", "other.pyc", in: project)

            let after = try await listing(of: project)
            let change = try #require(ProjectChange(from: before, to: after))
            #expect(change.removed == ["becomes", "directory", "empty", "it's gone", "turns"])
            #expect(change.isSmall && !change.isEmpty)
            try await apply(change, try #require(after.files(change.written)), to: copy, home)
            #expect(try await listing(of: copy).entries == after.entries)
        }
    }

    @Test func `nothing has changed in a project that nobody touched`() async throws {
        try await ScratchHome.with { home in
            let project = home.data.appending("project")
            try write("x", "directory/file", in: project)
            let change = try #require(
                ProjectChange(from: try await listing(of: project), to: try await listing(of: project))
            )
            #expect(change.isEmpty && change.summary == "unchanged")
        }
    }

    @Test func `what goes on changing is not carried over`() async throws {
        try await ScratchHome.with { home in
            let project = home.data.appending("project")
            try write("x", "file", in: project)
            let listed = try await listing(of: project)
            try write("longer", "file", in: project)
            #expect(listed.files(["file"]) == nil)
            unlink(project.appending("file").string)
            #expect(listed.files(["file"]) == nil)
        }
    }

    @Test func `a special file is not carried over`() async throws {
        try await ScratchHome.with { home in
            let project = home.data.appending("project")
            try write("x", "file", in: project)
            mkfifo(project.appending("pipe").string, 0o644)
            #expect(try await listing(of: project).files(["file", "pipe"]) == nil)
        }
    }

    @Test func `another project, or another part of it, is no change`() {
        let one = ProjectListing(project: "/one", selection: selection, entries: [:])
        let other = ProjectListing(project: "/other", selection: selection, entries: [:])
        let more = ProjectListing(project: "/one", selection: FileSelection(exclude: []), entries: [:])
        #expect(ProjectChange(from: one, to: other) == nil)
        #expect(ProjectChange(from: one, to: more) == nil)
    }

    @Test func `much is compared with what the guest has`() throws {
        let file = ProjectListing.Entry(mode: UInt32(S_IFREG) | 0o644, size: 3 << 20, modified: 1, target: nil)
        let none = ProjectListing(project: "/one", selection: selection, entries: [:])
        let one = ProjectListing(project: "/one", selection: selection, entries: ["a": file])
        let two = ProjectListing(project: "/one", selection: selection, entries: ["a": file, "b": file])
        #expect(try #require(ProjectChange(from: none, to: one)).isSmall)
        #expect(try #require(ProjectChange(from: one, to: two)).isSmall)
        #expect(try !#require(ProjectChange(from: none, to: two)).isSmall)
    }

    @Test func `a listing is kept and read`() async throws {
        try await ScratchHome.with { home in
            try write("x", "project/file", in: home.data)
            let listing = try await listing(of: home.data.appending("project"))
            #expect(ProjectListing.read(in: home.data) == nil)
            listing.write(in: home.data)
            #expect(ProjectListing.read(in: home.data) == listing)
            try WholeFile.write("no JSON".utf8, to: home.data.appending("project.json"))
            #expect(ProjectListing.read(in: home.data) == nil)
        }
    }

    private func listing(of project: FilePath) async throws -> ProjectListing {
        try #require(try await ProjectListing(project, selection: selection))
    }

    /// Has the helper's own code write what has changed; whose it becomes is who runs the tests.
    private func apply(
        _ change: ProjectChange,
        _ files: [GuestFile],
        to copy: FilePath,
        _ home: QuiverHome,
    ) async throws {
        let helper = home.data.appending("quiver_helper.py")
        try WholeFile.write(HelperInstallation.source.utf8, to: helper)
        var request: JSONObject = ["folder": .string(copy.string), "files": .array(files.map(\.json))]
        request.set("removed", change.removed)
        let input = home.data.appending("request.json")
        try WholeFile.write(JSON.object(request).description.utf8, to: input)
        let program = """
            import getpass, json, sys
            sys.path.insert(0, \(JSON.string(home.data.string)))
            import quiver_helper
            request = dict(json.load(sys.stdin), user=getpass.getuser())
            quiver_helper.Helper.do_write_files(None, request)
            """
        let done = try await ToolRun.run("python3", ["-X", "utf8", "-c", program], input: input)
        #expect(done.isSuccess, "\(done.errors)")
    }

    private func write(_ text: String, _ name: String, in directory: FilePath) throws {
        let file = directory.appending(name)
        try Directory.create(file.removingLastComponent())
        try WholeFile.write(text.utf8, to: file)
    }
}
