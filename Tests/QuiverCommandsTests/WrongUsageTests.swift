import HostSupport
import HostTools
import SystemPackage
import Testing

@Suite struct WrongUsageTests {
    @Test(arguments: [
        ("frobnicate", 64, "frobnicate"),
        ("--frobnicate", 64, "Unknown option '--frobnicate'"),
        ("test", 64, "no image given: use --image debian:12"),
        ("test - --image debian:12", 1, "-: no such directory"),
        ("test /no/such/project --image debian:12", 1, "/no/such/project: no such directory"),
        ("test . --image debain:12", 1, "no image debain:12"),
        ("test . --image a:b:c:d", 64, "\"a:b:c:d\" is not a valid image name"),
        ("test . --image debian:12 --memory banana", 64, "use a size, e.g. 512M or 4G"),
        ("test . --image debian:12 --cpus two", 64, "two"),
        ("test . --image debian:12 --timeout soon", 64, "use a duration, e.g. 90s or 2m"),
        ("exec x --timeout 0 -- true", 64, "use a duration, e.g. 90s or 2m"),
        ("test . --image debian:12 --accel warp", 64, "warp"),
        ("test . --vm nobody", 1, "nobody"),
        ("image info nope", 1, "no image nope"),
        ("image build ubuntu:24.04", 69, "ubuntu:24.04 cannot be built"),
        ("image build debian:12 --keyring /no/such/keys.gpg", 69, "apt-get install debian-archive-keyring"),
        ("image build debian:12 --mirror here", 64, "here: is not a mirror's URL"),
        (
            "image build debian:12 --output /no/such/directory/disk.qcow2", 73,
            "/no/such/directory/disk.qcow2: cannot write"
        ),
        ("start vm1", 64, "no machine vm1; create it with: quiver start vm1 --image debian:12"),
        ("start a/b --image debian:12", 64, "`a/b`: not a valid name"),
        ("start x --image debian:12 --memory 1", 64, "memory 1 B: must be whole mebibytes"),
        ("start x --image debian:12 --cpus 0", 64, "0 processors: must be from 1 to 255"),
        ("start x --project /tmp --disk 20G", 64, "--project takes only --image"),
        ("start a b --image debian:12 --forward 8080:80", 64, "several machines cannot share port 8080"),
        ("start a b --image debian:12 --forward 5353:53/udp", 64, "a free port for each with --forward 0:53/udp"),
        ("start x --no-shutdown", 64, "need --image"),
        ("start x --network none", 64, "need --image"),
        ("start x --image debian:12 --network lan", 64, "lan"),
        ("start x --image debian:12 --network none --forward 8080:80", 64, "--forward needs a network card"),
        ("test . --image debian:12 --network lan", 64, "Please provide one of 'user', 'isolated' or 'none'"),
        ("test . --vm x --network isolated", 64, "--network and --vm cannot be combined"),
        ("start x --qemu-arg -D", 64, "need --image"),
        ("start x --qemu-arg", 64, "Missing value for '--qemu-arg"),
        ("kill", 64, "Missing expected argument '<name>"),
        ("rm nobody", 1, "nobody"),
        ("kill nobody", 1, "nobody"),
        ("ssh-config nobody", 1, "nobody"),
        ("status nobody", 1, "nobody"),
        ("stop nobody", 1, "nobody"),
        ("ssh nobody", 1, "nobody"),
        ("exec nobody -- true", 1, "nobody"),
        ("snapshot save nobody tag", 1, "nobody"),
        ("cp here there", 64, "one side must be on this host"),
        ("cp here", 64, "cp needs at least one source and a destination"),
        ("cp a:x b:y .", 64, "one side must be on this host"),
        ("test . -n 2", 64, "add --isolate test"),
        ("qmp call query-status", 64, "either --vm NAME or --socket PATH"),
        ("qmp --vm a call --socket /b query-status", 64, "either --vm NAME or --socket PATH"),
        ("qmp --vm nobody call query-status", 1, "machine nobody"),
        ("qmp call --vm nobody query-status", 1, "machine nobody"),
        ("qmp --vm nobody schema query-status", 1, "machine nobody"),
        ("qmp call --socket /no/such.sock query-status", 1, "/no/such.sock"),
        ("hmp nobody", 64, "command"),
        ("seed check /no/such/seed", 74, "/no/such/seed"),
        ("overlay check /no/such/disk", 74, "/no/such/disk"),
    ])
    func `wrong usage is answered with one line that names what is wrong`(
        line: String,
        status: Int32,
        fragment: String,
    ) async throws {
        try await QuiverProcess.withHome { quiver in
            let words = line.split(separator: " ").map(String.init)
            let outcome = try await ToolRun.run(
                QuiverProcess.program.string,
                words,
                environment: ["QUIVER_HOME": quiver.home.string],
                workingDirectory: "/tmp",
            )
            #expect(outcome.status == status)
            #expect(outcome.output.isEmpty)
            let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
            #expect(complaints.count == 1, "\(outcome.errors)")
            #expect(complaints.first?.contains(fragment) == true, "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        "--help", "test --help", "start --help", "image build --help", "snapshot save --help", "--version",
    ])
    func `help goes to standard output and is no failure`(line: String) async throws {
        let outcome = try await ToolRun.run(
            QuiverProcess.program.string,
            line.split(separator: " ").map(String.init),
        )
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(!outcome.output.isEmpty)
    }

    @Test func `help that cannot be written is a failure`() async throws {
        let line = "exec '\(QuiverProcess.program)' --help > /dev/full"
        let outcome = try await ToolRun.run("sh", ["-c", line])
        #expect(outcome.status == 74)
        #expect(outcome.errors.hasPrefix("quiver: standard output: cannot write"))
    }

    @Test func `descriptors that the caller has closed are not used for something else`() async throws {
        try await QuiverProcess.withHome { quiver in
            let line = "exec '\(QuiverProcess.program)' ls 0<&- 1>&- 2>&-"
            let outcome = try await ToolRun.run("sh", ["-c", line], environment: ["QUIVER_HOME": quiver.home.string])
            #expect(outcome.status == 0)
        }
    }

    @Test func `what prints data prints JSON when asked to`() async throws {
        try await QuiverProcess.withHome { quiver in
            let list = try await quiver.run("ls", "--format", "json")
            #expect(list.status == 0)
            #expect(list.output.hasPrefix("["))
        }
    }

    @Test func `a directory that cannot be made is told by the status of its own`() async throws {
        try await QuiverProcess.withHome { quiver in
            try WholeFile.write("in the way".utf8, to: quiver.home.appending("machines"))
            let outcome = try await quiver.run("start", "vm1", "--image", "debian:12")
            #expect(outcome.status == 73)
            let path = quiver.home.appending("machines/vm1").string
            #expect(outcome.errors == "quiver: machine vm1: \(path): cannot create the directory: Not a directory\n")
        }
    }

    @Test func `a libcurl that cannot be loaded is told by whoever needs it, and by nobody else`() async throws {
        try await QuiverProcess.withHome { quiver in
            let broken = quiver.home.appending("broken")
            try Directory.create(broken)
            for name in ["libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"] {
                try WholeFile.write("no library".utf8, to: broken.appending(name))
            }
            let home = quiver.home.appending("empty")
            let environment = [
                "QUIVER_HOME": home.string, "LD_LIBRARY_PATH": broken.string, "DYLD_LIBRARY_PATH": broken.string,
            ]
            func run(_ words: String...) async throws -> ToolRun.Outcome {
                try await ToolRun.run(QuiverProcess.program.string, words, environment: environment)
            }
            let pull = try await run("image", "pull", "debian:12")
            #expect(pull.status == 69)
            let lines = pull.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
            #expect(lines.count == 1 && lines[0].contains("libcurl cannot be loaded: "), "\(pull.errors)")
            #expect(try await run("ls").status == 0)
        }
    }
}
