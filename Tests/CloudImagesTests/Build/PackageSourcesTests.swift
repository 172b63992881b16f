import HostSupport
import ImageToolsForTests
import SystemPackage
import Testing

@testable import CloudImages

@Suite struct PackageSourcesTests {
    private static let bookworm = DebianRelease.all[0]
    private static let trixie = DebianRelease.all[1]

    private static func lines(_ indexTargets: String, for release: DebianRelease) -> [String] {
        PackageSources(indexTargets: indexTargets, keyring: "/keys.gpg", release: release).lines
    }

    @Test func `a Debian host's sources serve either release`() {
        let targets = """
            http://a/debian bookworm main
            http://a/debian bookworm contrib
            http://a/debian bookworm-updates main
            http://a/debian bookworm-backports main
            http://b/debian-security bookworm-security main
            https://else.where nodistro main

            """
        #expect(
            Self.lines(targets, for: Self.bookworm) == [
                "deb [signed-by=/keys.gpg] http://a/debian bookworm main",
                "deb [signed-by=/keys.gpg] http://a/debian bookworm-updates main",
                "deb [signed-by=/keys.gpg] http://b/debian-security bookworm-security main",
            ]
        )
        #expect(
            Self.lines(targets, for: Self.trixie) == [
                "deb [signed-by=/keys.gpg] http://a/debian trixie main",
                "deb [signed-by=/keys.gpg] http://a/debian trixie-updates main",
                "deb [signed-by=/keys.gpg] http://b/debian-security trixie-security main",
            ]
        )
    }

    @Test func `an Ubuntu host's own sources are none, and a Debian one beside them is`() {
        let ubuntu = """
            http://a/ubuntu noble main
            http://a/ubuntu noble universe
            http://a/ubuntu noble-updates main
            http://a/ubuntu noble-security main

            """
        #expect(Self.lines(ubuntu, for: Self.bookworm) == [])
        #expect(
            Self.lines(ubuntu + "http://d/debian bookworm main\nhttp://d/debian trixie main\n", for: Self.trixie)
                == ["deb [signed-by=/keys.gpg] http://d/debian trixie main"]
        )
    }

    static let mirrors: [(mirror: String, lines: [String])] = [
        (
            "https://m/debian",
            [
                "deb [signed-by=/keys.gpg] https://m/debian bookworm main",
                "deb [signed-by=/keys.gpg] https://m/debian bookworm-updates main",
            ]
        ),
        ("http://m/debian-security/", ["deb [signed-by=/keys.gpg] http://m/debian-security/ bookworm-security main"]),
        (
            "file:/srv/archive/debian-security/20250520T000000Z",
            [
                "deb [signed-by=/keys.gpg check-valid-until=no] file:/srv/archive/debian-security/20250520T000000Z "
                    + "bookworm-security main"
            ]
        ),
    ]

    @Test(arguments: mirrors)
    func `a mirror gives the suites that its directory has`(mirror: String, lines: [String]) throws {
        let sources = try PackageSources(mirrors: [mirror], keyring: "/keys.gpg", release: Self.bookworm)
        #expect(sources.lines == lines)
    }

    @Test(arguments: ["m/debian", "ftp://m/debian", "http://m/debian bookworm", ""])
    func `what is no mirror's URL is refused`(mirror: String) {
        let error = #expect(throws: CloudImagesError.self) {
            try PackageSources(mirrors: [mirror], keyring: "/keys.gpg", release: Self.bookworm)
        }
        #expect(error?.code == .badReference)
        #expect(error?.message.contains("is not a mirror's URL; use https://") == true)
    }

    @Test func `without the archive's keys the error says what to install`() async {
        var recipe = ImageRecipe()
        recipe.keyring = "/no/such/keys.gpg"
        recipe.mirrors = ["http://m/debian"]
        let error = await #expect(throws: CloudImagesError.self) {
            try await PackageSources.choose(for: Self.bookworm, recipe: recipe)
        }
        #expect(error?.code == .unsupported)
        #expect(
            error?.message
                == "debian:12 cannot be built here: the archive's keys, /no/such/keys.gpg, are missing; "
                + "install them: apt-get install debian-archive-keyring"
        )
    }

    @Test func `elsewhere than on Linux it is said first that nothing is built, and how to get the image`() throws {
        let reference = try ImageReference("debian:12")
        let error = BuildPlan.obstacle(to: reference, onLinux: false)
        #expect(error?.code == .unsupported)
        #expect(
            error?.message.hasSuffix(
                "images are built on Linux, with mmdebstrap; download the vendor's image: quiver image pull debian:12"
            ) == true
        )
        #expect(BuildPlan.obstacle(to: reference, onLinux: true) == nil)
    }

    @Test func `an output that exists is not overwritten`() async throws {
        try await withScratchDirectory { directory in
            let output = directory.appending("disk.qcow2")
            try WholeFile.write("mine".utf8, to: output)
            let error = await #expect(throws: CloudImagesError.self) {
                try await StandaloneBuild.run(try ImageReference("debian:12"), to: output)
            }
            #expect(error?.message == "\(output): already exists; remove it, or choose another file")
            #expect(try WholeFile.readText(output) == "mine")
        }
    }
}
