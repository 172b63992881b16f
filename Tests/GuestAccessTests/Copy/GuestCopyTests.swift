import HostSupport
import HostTools
import LibC
import Quantities
import Synchronization
import SystemPackage
import Testing

@testable import GuestAccess

/// Copies between directories of this host, one of which the code of the guest's helper reads and writes.
@Suite struct GuestCopyTests {
    /// Runs the body with a copy whose guest is this host.
    private func withCopy(_ body: (ScratchDirectory, GuestCopy, NoteKeeper) async throws -> Void) async throws {
        try await ScratchDirectory.with { scratch in
            let socket = scratch.path.appending("helper.sock")
            let program = """
                import os, socket, sys, types
                helper = types.ModuleType("helper")
                exec(sys.argv[1], helper.__dict__)
                server = socket.socket(socket.AF_UNIX)
                server.bind(sys.argv[2] + ".new")
                server.listen(1)
                os.rename(sys.argv[2] + ".new", sys.argv[2])
                connection, _ = server.accept()
                served = helper.Helper.__new__(helper.Helper)
                lines = connection.makefile("rb")
                served.port = types.SimpleNamespace(
                    send=lambda message: connection.sendall(helper.json.dumps(message).encode() + b"\\n"))
                for line in lines:
                    served.receive(line)
                """
            let arguments = ["-X", "utf8", "-c", program, HelperInstallation.source, socket.string]
            async let guest = ToolRun.run("python3", arguments)
            let end = ContinuousClock.now + .seconds(60)
            while access(socket.string, F_OK) != 0 {
                let isInTime = ContinuousClock.now < end
                try #require(isInTime, "the helper does not listen")
                try await Task.sleep(for: .milliseconds(10))
            }
            let helper = try GuestHelper.connect(to: socket, guest: "vm")
            let notes = NoteKeeper()
            // All of it goes through the helper, whose other commands are not there to ask for rsync.
            let limits = CopyLimits(helperShare: .mebibytes(64))
            let copy = GuestCopy(
                helper: helper,
                ssh: ScratchDirectory.nowhere,
                limits: limits,
                onNote: notes.add,
            )
            try await withCleanup {
                try await body(scratch, copy, notes)
            } cleanup: {
                helper.close()
            }
            let ended = try await guest
            #expect(ended.isSuccess, "\(ended.errors)")
        }
    }

    /// A tree with all that is copied, and names that only a person would think of.
    private func makeTree(_ scratch: ScratchDirectory, _ name: String) throws {
        let names = [
            "plain", "a b/c d", "ünï/日本", "-n", "it's \"q\" $x *?", "dir/inner/file", "[x]", "~", "back\\slash",
            "run.sh",
        ]
        for one in names {
            try scratch.write("content of \(one)", "\(name)/\(one)", mode: one == "run.sh" ? 0o755 : 0o600)
        }
        try scratch.write("", "\(name)/nothing")
        try scratch.write(String(repeating: "0123456789abcdef", count: 100_000), "\(name)/large")
        try scratch.write(String(repeating: "x", count: GuestCopy.stepSize), "\(name)/exactly one step")
        let tree = scratch.path.appending(name)
        try Directory.create(tree.appending("empty"))
        #expect(symlink("plain", tree.appending("link").string) == 0)
        #expect(symlink("../../plain", tree.appending("dir/inner/up").string) == 0)
        #expect(symlink("missing", tree.appending("dangling").string) == 0)
        chmod(tree.appending("dir/inner").string, 0o555)
        for (one, time) in [("plain", 1_000_000_000), ("run.sh", -5), ("dir/inner", 1_234_567_890), ("empty", 42)] {
            let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 123_456_789)]
            #expect(utimensat(AT_FDCWD, tree.appending(one).string, times, 0) == 0)
        }
    }

    @Test func `a tree that goes to the guest and back is the same`() async throws {
        try await withCopy { scratch, copy, notes in
            try makeTree(scratch, "tree")
            try scratch.write("new\nline", "tree/new\nline")
            let guest = scratch.path.appending("guest").string
            try await copy.upload([HostSource(scratch.path.appending("tree"))], to: "\(guest)/")
            #expect(scratch.lines("guest/tree") == scratch.lines("tree"))
            #expect(notes.all.isEmpty)
            #expect(unlink(scratch.path.appending("tree/new\nline").string) == 0)

            try await copy.download(["\(guest)/tree"], to: scratch.path.appending("back"))
            #expect(scratch.lines("back/tree") == scratch.lines("tree"))
            #expect(notes.all == ["\(guest)/tree/new\\nline is left out: its name is not allowed here"])
            // Once more, over what is there.
            try await copy.download(["\(guest)/tree/"], to: scratch.path.appending("back/tree"))
            #expect(scratch.lines("back/tree") == scratch.lines("tree"))
        }
    }

    @Test func `a slash at the end, and what there is, say where a copy goes`() async throws {
        try await withCopy { scratch, copy, _ in
            try scratch.write("one", "src/one")
            try scratch.write("two", "two")
            try Directory.create(scratch.path.appending("g"))
            let (top, guest) = (scratch.path, scratch.path.appending("g").string)
            func names(_ directory: String) -> [String] { Directory.names(in: top.appending(directory)) }

            try await copy.upload([HostSource(text: "\(top)/src/")], to: "\(guest)/contents")
            #expect(names("g/contents") == ["one"])
            try await copy.upload([HostSource(text: "\(top)/src")], to: "\(guest)/whole")
            #expect(names("g/whole") == ["src"])
            try await copy.upload([HostSource(text: "\(top)/two")], to: "\(guest)/renamed")
            #expect(try WholeFile.readText(top.appending("g/renamed")) == "two")
            try await copy.upload([HostSource(text: "\(top)/two")], to: "\(guest)/directory/")
            #expect(names("g/directory") == ["two"])
            try await copy.upload(
                [HostSource(text: "\(top)/two"), HostSource(text: "\(top)/src")],
                to: "\(guest)/both"
            )
            #expect(names("g/both") == ["src", "two"])

            try await copy.download(["\(top)/src/"], to: top.appending("h1"))
            #expect(names("h1") == ["one"])
            try await copy.download(["\(top)/src"], to: top.appending("h2"))
            #expect(names("h2") == ["src"])
            try await copy.download(["\(top)/two"], to: top.appending("h3"))
            #expect(try WholeFile.readText(top.appending("h3")) == "two")
            try await copy.download(["\(top)/two"], to: top.appending("h4"), isDirectory: true)
            #expect(names("h4") == ["two"])
            try await copy.download(["\(top)/t?o", "\(top)/src/*"], to: top.appending("h5"))
            #expect(names("h5") == ["one", "two"])
            let error = await #expect(throws: GuestAccessError.self) {
                try await copy.download(["\(top)/nothing here"], to: top.appending("h6"))
            }
            #expect(error?.code == .copyFailed && error?.message.contains("nothing here: not found") == true)
        }
    }

    @Test func `a link that is named itself is followed`() async throws {
        try await withCopy { scratch, copy, _ in
            try scratch.write("wheel", "releases/1/wheel")
            #expect(symlink("releases/1/wheel", scratch.path.appending("latest").string) == 0)
            try Directory.create(scratch.path.appending("to"))
            try await copy.download(["\(scratch.path)/latest"], to: scratch.path.appending("to"))
            try await copy.upload([HostSource(scratch.path.appending("latest"))], to: "\(scratch.path)/there")
            #expect(try WholeFile.readText(scratch.path.appending("to/latest")) == "wheel")
            #expect(scratch.lines("to").count == 1 && scratch.lines("to").allSatisfy { !$0.contains("link") })
            #expect(try WholeFile.readText(scratch.path.appending("there")) == "wheel")
        }
    }

    @Test func `special bits, special files and links that lead outside do not come back`() async throws {
        try await withCopy { scratch, copy, notes in
            try scratch.write("root's", "src/setuid", mode: 0o6755)
            try scratch.write("x", "src/sticky/file")
            let source = scratch.path.appending("src")
            chmod(source.appending("sticky").string, 0o3777)
            #expect(mkfifo(source.appending("pipe").string, 0o644) == 0)
            #expect(symlink("/etc/shadow", source.appending("absolute").string) == 0)
            #expect(symlink("../outside", source.appending("outside").string) == 0)
            #expect(symlink("sticky/../../outside", source.appending("winding").string) == 0)
            try await copy.download(["\(source)"], to: scratch.path.appending("to"))
            #expect(Directory.names(in: scratch.path.appending("to/src")) == ["setuid", "sticky"])
            let lines = scratch.lines("to/src")
            #expect(lines.contains { $0.hasPrefix("setuid 755 ") } && lines.contains { $0.hasPrefix("sticky/ 777 ") })
            let left = ["absolute", "outside", "pipe", "winding"]
            #expect(notes.all.sorted().map { $0.prefix { $0 != " " } } == left.map { "\(source)/\($0)" })
        }
    }

    @Test func `a synchronized directory is like the other one, and what is excluded stays`() async throws {
        try await withCopy { scratch, copy, _ in
            try makeTree(scratch, "project")
            try scratch.write("not copied", "project/x.pyc")
            let guest = scratch.path.appending("guest")
            try await copy.synchronize(scratch.path.appending("project"), to: guest.string)
            try scratch.write("made there", "guest/gone/file")
            try scratch.write("cached", "guest/gone/__pycache__/x")
            try scratch.write("cached", "guest/x.pyc")
            try scratch.write("edited there", "guest/plain")
            try Directory.removeTree(guest.appending("a b/c d"))
            try scratch.write("turned", "guest/empty/x")
            try Directory.removeTree(scratch.path.appending("project/empty"))
            try scratch.write("now a file", "project/empty")
            chmod(scratch.path.appending("project/nothing").string, 0o640)
            try await copy.synchronize(scratch.path.appending("project"), to: guest.string)

            let kept = ["gone/", "gone/__pycache__/", "gone/__pycache__/x", "x.pyc"]
            // The times of directories are not kept.
            func comparable(_ name: String) -> [String] {
                scratch.lines(name).map { line in
                    let words = line.split(separator: " ")
                    let isDirectory = words.dropLast(2).last?.hasSuffix("/") == true
                    return isDirectory ? words.dropLast().joined(separator: " ") : line
                }.filter { line in !kept.contains { line.hasPrefix("\($0) ") } }
            }
            #expect(comparable("guest") == comparable("project"))
            #expect(Directory.names(in: guest.appending("gone")) == ["__pycache__"])
            #expect(try WholeFile.readText(guest.appending("x.pyc")) == "cached")
        }
    }

    @Test func `artifacts come to the same place, those that exist, and newer ones stay`() async throws {
        try await withCopy { scratch, copy, notes in
            try scratch.write("report", "guest/out/deep/report.txt")
            try scratch.write("log", "guest/one.log")
            try scratch.write("newer on the host", "host/two.log")
            try scratch.write("older", "guest/two.log")
            let old = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, scratch.path.appending("guest/two.log").string, old, 0) == 0)
            #expect(symlink("../one.log", scratch.path.appending("guest/out/inside").string) == 0)
            #expect(symlink("../../x", scratch.path.appending("guest/out/outside").string) == 0)
            try scratch.write("not asked for", "guest/other")
            let host = scratch.path.appending("host")
            // What a link on the host leads to is not written to.
            try Directory.create(scratch.path.appending("elsewhere"))
            try await copy.collect(
                ["out/", "*.log", "missing", "../guest2/*"],
                below: scratch.path.appending("guest").string,
                to: host,
            )
            #expect(Directory.names(in: host) == ["one.log", "out", "two.log"])
            #expect(Directory.names(in: host.appending("out")) == ["deep", "inside"])
            #expect(try WholeFile.readText(host.appending("out/deep/report.txt")) == "report")
            #expect(try WholeFile.readText(host.appending("two.log")) == "newer on the host")
            #expect(notes.all.count == 1 && notes.all.first?.contains("out/outside is left out") == true)
        }
    }

    @Test func `nothing is written through a link that is there already`() async throws {
        try await withCopy { scratch, copy, _ in
            try scratch.write("x", "guest/out/file")
            try Directory.create(scratch.path.appending("elsewhere"))
            try Directory.create(scratch.path.appending("host"))
            #expect(symlink("../elsewhere", scratch.path.appending("host/out").string) == 0)
            await #expect(throws: FileFailure.self) {
                try await copy.collect(
                    ["out"],
                    below: scratch.path.appending("guest").string,
                    to: scratch.path.appending("host"),
                )
            }
            #expect(Directory.names(in: scratch.path.appending("elsewhere")).isEmpty)
        }
    }

    @Test func `limits are named when they are exceeded`() async throws {
        try await withCopy { scratch, copy, _ in
            for name in ["a", "b", "c/d"] { try scratch.write("123", "src/\(name)") }
            let cases: [(inout CopyLimits) -> Void] = [
                { $0.entries = 3 }, { $0.size = .init(8) }, { $0.depth = 0 }, { $0.freeSpace = .init(.max / 2) },
            ]
            let words = [
                "more than 3 files, which is the limit", "9 B in all: the limit is 8 B", "deeper than 0 d", "stay free",
            ]
            for (change, word) in zip(cases, words) {
                var limited = copy
                change(&limited.limits)
                let error = await #expect(throws: GuestAccessError.self) {
                    try await limited.download(["\(scratch.path)/src"], to: scratch.path.appending("to"))
                }
                #expect(error?.code == .copyFailed && error?.message.contains(word) == true, "\(error?.message ?? "")")
                #expect(scratch.lines("to").count { !$0.hasPrefix("src/") || !$0.contains("/ ") } == 0)
            }
        }
    }
}

/// Keeps what a copy tells.
final class NoteKeeper: Sendable {
    private let notes = Mutex<[String]>([])

    var all: [String] { notes.withLock { $0 } }

    @Sendable func add(_ note: String) { notes.withLock { $0.append(note) } }
}
