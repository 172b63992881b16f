import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

/// `quiver image pull` as processes of their own, from a server in the vendors' layout.
@Suite struct PullProcessTests {
    private static let program = FilePath(CommandLine.arguments[0]).absolute.removingLastComponent().appending("quiver")

    /// A home whose catalog has the vendor's image as `test:1`.
    private static func makeHome(_ vendor: VendorFixture) throws -> FilePath {
        let home = vendor.directory.appending("home")
        try Directory.create(home.appending("images"))
        let url = vendor.server.url(VendorFixture.imagePath)
        let catalog = "[\"test:1\"]\namd64 = \"\(url)\"\narm64 = \"\(url)\"\ndigests = \"SHA512SUMS\"\n"
        try WholeFile.write(catalog.utf8, to: home.appending("images.toml"))
        return home
    }

    private static func shell(
        _ script: String,
        home: FilePath,
        before words: [String] = [],
    ) async throws -> ToolRun.Outcome {
        var command = words + ["bash", "-c", script]
        return try await ToolRun.run(
            command.removeFirst(),
            command,
            environment: ["QUIVER_HOME": home.string, "QUIVER": program.string],
        )
    }

    /// A way to have less room than an image takes: what comes before the shell, what fills up the room for its first
    /// command, what makes room for its second, and the system's reason.
    struct Shortage: Sendable, CustomTestStringConvertible {
        let name: String
        let before: [String]
        let fill: String
        let free: String
        let reason: String

        var testDescription: String { name }

        /// A limit on the size of files, which every user can set.
        static let fileSize = Shortage(
            name: "a limit on files",
            before: [],
            fill: "ulimit -S -f 300",
            free: "ulimit -S -f unlimited",
            reason: "File too large; raise the file size limit: ulimit -f, and try again",
        )

        /// A small disk, mounted where the images are and for this shell alone.
        static func smallDisk(before: [String]) -> Shortage {
            Shortage(
                name: "a small disk",
                before: before,
                fill: "mount -t tmpfs -o size=400k,mode=700 none \"$QUIVER_HOME/images\"",
                free: "mount -o remount,size=16m \"$QUIVER_HOME/images\"",
                reason: "No space left on device; free some space on its disk, and try again",
            )
        }

        /// The shortages that this user can bring about; the first needs no right, the second a mount of one's own.
        static var all: [Shortage] {
            get async {
                for before in [["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]] {
                    var command = before + ["mount", "-t", "tmpfs", "none", "/tmp"]
                    if let outcome = try? await ToolRun.run(command.removeFirst(), command), outcome.isSuccess {
                        return [.fileSize, .smallDisk(before: before)]
                    }
                }
                Issue.record("not tried on a full disk: this user can mount nothing", severity: .warning)
                return [.fileSize]
            }
        }
    }

    @Test func `a disk that fills up is told in one line, and what has arrived is taken up`() async throws {
        for shortage in await Shortage.all {
            try await VendorFixture.with { vendor in
                let home = try Self.makeHome(vendor)
                // With a length announced it would be told before anything is written.
                vendor.server.fail(VendorFixture.imagePath, .hidesLength)
                let script = """
                    \(shortage.fill) || exit 99
                    "$QUIVER" image pull test:1
                    echo "ended with $?, left $(stat -c %s "$QUIVER_HOME"/images/.downloads/*.part)"
                    \(shortage.free) || exit 99
                    "$QUIVER" image pull test:1 >/dev/null || exit 98
                    cat "$QUIVER_HOME"/images/test-1-*/disk.qcow2 | sha512sum
                    """
                let outcome = try await Self.shell(script, home: home, before: shortage.before)
                #expect(outcome.isSuccess, "\(shortage): \(outcome)")
                let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
                #expect(complaints.count == 1, "\(shortage): \(outcome.errors)")
                let complaint = try #require(complaints.first)
                #expect(complaint.contains(".part: cannot write: \(shortage.reason): the "), "\(complaint)")
                #expect(complaint.hasSuffix(" downloaded so far are kept"), "\(complaint)")
                let lines = outcome.output.split(separator: "\n").map(String.init)
                let left = try #require(lines.first?.split(separator: " ").last.flatMap { Int($0) }, "\(outcome)")
                #expect(lines.first == "ended with 74, left \(left)")
                #expect(left > 0 && left < vendor.image.count)
                let requests = vendor.server.requests(for: VendorFixture.imagePath)
                #expect(requests.map(\.from) == [nil, left], "\(shortage)")
                #expect(vendor.list.contains(lines.last?.prefix(128) ?? "?"))
            }
        }
    }

    @Test func `two commands that pull the same image share one download`() async throws {
        try await VendorFixture.with { vendor in
            let home = try Self.makeHome(vendor)
            vendor.server.fail(VendorFixture.imagePath, .waits(after: 100_000))
            let line = "exec \"$QUIVER\" image pull test:1 --stall-timeout 600s"
            async let first = Self.shell(line, home: home)
            try await Self.wait("the first command's download") {
                !vendor.server.requests(for: VendorFixture.imagePath).isEmpty
            }
            let words = home.appending("words")
            async let second = Self.shell("\(line) 2>'\(words)'", home: home)
            try await Self.wait("the second command's waiting") {
                ((try? WholeFile.readText(words)) ?? "").contains("which is downloading the same image")
            }
            vendor.server.letGo()
            let outcomes = try await [first, second]
            #expect(outcomes.map(\.status) == [0, 0], "\(outcomes)")
            #expect(outcomes[0].output == outcomes[1].output)
            #expect(vendor.server.requests(for: VendorFixture.imagePath).count == 1)
            let told = try WholeFile.readText(words)
            #expect(told.contains("waiting for process ") && told.contains("is up to date"), "\(told)")
        }
    }

    /// Waits for as long as a busy machine may need.
    private static func wait(_ what: String, until condition: () -> Bool) async throws {
        let end = ContinuousClock.now + Patience.seconds(300)
        while !condition() {
            try #require(ContinuousClock.now < end, "\(what) did not come")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
