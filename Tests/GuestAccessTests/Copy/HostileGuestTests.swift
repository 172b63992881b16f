import HostSupport
import LibC
import SystemPackage
import Testing
import WireJSON

@testable import GuestAccess

/// Copies from a guest whose helper says what no honest one would.
@Suite struct HostileGuestTests {
    /// What the guest answers to each request.
    private typealias Guest = @Sendable (_ request: JSONObject) -> JSON

    /// A guest with a directory `/src` that lists `entries`, and directories in it that list `inner`.
    private static func guest(_ entries: [JSONObject], inner: [JSONObject] = [], content: String = "evil") -> Guest {
        { request in
            switch request["do"]?.stringValue {
            case "find-paths":
                let top: JSONObject = ["name": "src", "kind": "folder", "mode": 0o755, "modified": 0]
                return ["start": "/root", "found": [["asked": 0, "path": "/src", "entry": .object(top)]]]
            case "list-folders":
                let directories = request["folders"]?.arrayValue ?? []
                return [
                    "folders": .array(
                        directories.map { directory in
                            ["entries": .array((directory == "/src" ? entries : inner).map(JSON.object))]
                        }
                    )
                ]
            case "read-parts":
                let parts = request["parts"]?.arrayValue ?? []
                let data = Base64.encoded(Array(content.utf8))
                return ["parts": .array(parts.map { _ in ["data": .string(data)] })]
            default: return [:]
            }
        }
    }

    /// Copies `/src` into a directory `to` beside an untouched one.
    private func copy(
        from guest: @escaping Guest,
        limits: CopyLimits = CopyLimits(),
        _ check: (_ scratch: ScratchDirectory, _ notes: [String], _ error: (any Error)?) throws -> Void,
    ) async throws {
        try await ScratchDirectory.with { scratch in
            try scratch.write("safe", "outside/file")
            try scratch.write("mine", "to/mine")
            let before = scratch.lines("outside")
            var ends: [Int32] = [0, 0]
            #if canImport(Glibc)
                try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            #else
                try #require(socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0)
            #endif
            let (requests, feed) = AsyncStream.makeStream(of: JSONObject.self)
            let peer = MessageChannel(adopting: FileDescriptor(rawValue: ends[1]), label: "peer") { incoming in
                switch incoming {
                case .arrived(.message(let message, _)): feed.yield(message)
                case .closed: feed.finish()
                case .arrived(.reset), .arrived(.unreadable): break
                }
            }
            let helper = GuestHelper(adopting: FileDescriptor(rawValue: ends[0]), guest: "vm")
            let answering = Task {
                for await request in requests {
                    _ = try peer.send(["id": request["id"] ?? 0, "ok": guest(request)])
                }
            }
            let notes = NoteKeeper()
            var copy = GuestCopy(helper: helper, ssh: ScratchDirectory.nowhere, onNote: notes.add)
            copy.limits = limits
            var failure: (any Error)?
            do {
                try await copy.download(["/src/"], to: scratch.path.appending("to"))
            } catch {
                failure = error
            }
            helper.close()
            peer.close()
            try await answering.value
            try check(scratch, notes.all, failure)
            #expect(scratch.lines("outside") == before)
            #expect(Directory.names(in: scratch.path) == ["outside", "to"])
            #expect(try WholeFile.readText(scratch.path.appending("to/mine")) == "mine")
        }
    }

    @Test(
        arguments: [
            file("/etc/passwd"), file("../outside/file"), file(".."), file("."), file(""), file("a/b"),
            file("../outside/new"), file("a\nb"), file("a\u{1B}]0;x\u{07}"), link("l", "/etc/shadow"),
            link("l", "../outside/file"), link("l", "x/../../outside"), link("l", ""), entry("..", "folder"),
            entry("../outside", "folder"), entry("pipe", "special"), entry("disk", "special"),
            entry("\\xff", "unnameable"),
        ]
    )
    func `an entry that must not be made is left out with a line`(bad: JSONObject) async throws {
        try await copy(from: Self.guest([bad, file("good")])) { scratch, notes, error in
            #expect(error == nil)
            #expect(Directory.names(in: scratch.path.appending("to")) == ["good", "mine"])
            #expect(notes.count == 1 && notes.first?.contains(" is left out: ") == true)
            #expect(notes.allSatisfy { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } })
            #expect(scratch.lines("to").first?.hasPrefix("good 777 1 evil") == true, "\(scratch.lines("to"))")
        }
    }

    @Test(
        arguments: [
            [link("d", "."), entry("d", "folder")], [entry("d", "folder"), link("d", "inner")],
            [link("d", "mine"), entry("d", "folder")], [file("d"), entry("d", "folder")],
            [entry("d", "folder"), file("d")],
        ]
    )
    func `a name that is two things does not lead anywhere`(entries: [JSONObject]) async throws {
        try await copy(from: Self.guest(entries, inner: [file("file")])) { scratch, _, error in
            #expect(error is FileFailure)
            let names = Directory.names(in: scratch.path.appending("to"))
            #expect(!names.contains("file") && names.filter { $0.hasSuffix(".part") }.isEmpty)
        }
    }

    @Test func `links that stay inside one by one do not lead outside together`() async throws {
        let entries = [entry("d", "folder"), link("up", "d/x/../outside"), link("y", "d/x")]
        let inner = [link("x", "..")]
        try await copy(from: Self.guest(entries, inner: inner)) { scratch, notes, error in
            #expect(error == nil)
            #expect(Directory.names(in: scratch.path.appending("to")) == ["d", "mine", "y"])
            #expect(scratch.path.appending("to/y").resolved == scratch.path.appending("to").resolved)
            #expect(notes.count == 1)
        }
    }

    @Test func `a tree without an end is refused by its depth`() async throws {
        try await copy(from: Self.guest([entry("d", "folder")], inner: [entry("d", "folder")])) { _, _, error in
            #expect(String(describing: error).contains("deeper than 100 directories, which is the limit"))
        }
    }

    @Test func `a tree that grows without an end is refused by its number`() async throws {
        let many = (0..<50).map { entry(.string("\($0)"), "folder") }
        try await copy(from: Self.guest(many, inner: many), limits: CopyLimits(entries: 2000)) { _, _, error in
            #expect(String(describing: error).contains("more than 2000 files, which is the limit"))
        }
    }

    @Test(arguments: [Int64.max, 100 << 30])
    func `sizes beyond the limit are refused before anything is read`(size: Int64) async throws {
        let entries = (0..<3).map { entry(.string("\($0)"), "file", ["size": .integer(size)]) }
        try await copy(from: Self.guest(entries)) { scratch, _, error in
            #expect(String(describing: error).contains("the limit is 64 GiB"))
            #expect(Directory.names(in: scratch.path.appending("to")) == ["mine"])
        }
    }

    @Test func `more content than was asked for is refused`() async throws {
        try await copy(from: Self.guest([file("a")], content: "evil and more")) { scratch, _, error in
            #expect((error as? GuestAccessError)?.code == .protocolViolation)
            #expect(Directory.names(in: scratch.path.appending("to")) == ["mine"])
        }
    }

    @Test(
        arguments: [
            #"{"start":"/","found":[{"asked":7,"path":"/src","entry":{}}]}"#, #"{"start":"/","found":{}}"#,
            #"{"start":"/","found":[{"asked":-1,"path":"/src","entry":{}}]}"#, #"{}"#,
            #""folders":[]"#, #""folders":[1]"#, #""folders":[{"entries":[{}]}]"#, #""folders":[{},{},{}]"#,
        ]
    )
    func `an answer of another form is a protocol violation`(text: String) async throws {
        let top = #"{"name":"src","kind":"folder","mode":1,"modified":0}"#
        let found = #""start":"/","found":[{"asked":0,"path":"/src","entry":\#(top)}]"#
        let answer = try JSON.parse(text.hasPrefix("{") ? text : "{\(found),\(text)}")
        try await copy(from: { _ in answer }) { scratch, _, error in
            #expect((error as? GuestAccessError)?.code == .protocolViolation, "\(String(describing: error))")
            #expect(Directory.names(in: scratch.path.appending("to")) == ["mine"])
        }
    }
}

// What the guest says of an entry.

private func entry(_ name: JSON, _ kind: JSON, _ facts: JSONObject = [:]) -> JSONObject {
    var entry: JSONObject = ["name": name, "kind": kind, "mode": 0o6777, "modified": 1_000_000_000]
    entry.setMissing(from: facts)
    return entry
}

private func file(_ name: String) -> JSONObject { entry(.string(name), "file", ["size": 4]) }

private func link(_ name: String, _ target: String) -> JSONObject {
    entry(.string(name), "link", ["target": .string(target)])
}
