import HostSupport
import HostTools
import SystemPackage
import Testing

@testable import TestRuns

/// The program that asks a guest's mirrors, run on this host: what apt says and who answers is the test's.
@Suite struct MirrorScriptTests {
    private static let rounds: [(sites: String, proxy: String, reachable: [String], failures: [String])] = [
        (
            "http://good/debian\nhttp://bad/debian\nfile:/srv/debian", "", ["http://good/debian"],
            ["http://bad/debian: refused by bad:80"]
        ),
        ("https://bad/debian", "", [], ["https://bad/debian: refused by bad:443"]),
        ("http://bad/debian", "Acquire::http::Proxy http://good:3128", ["http://bad/debian"], []),
        ("https://good/debian", "Acquire::http::Proxy http://bad:3128", ["https://good/debian"], []),
        ("http://bad/debian", "Acquire::http::Proxy DIRECT", [], ["http://bad/debian: refused by bad:80"]),
        (
            "http://good/debian", "Acquire::http::Proxy http://bad:3128", [],
            ["http://good/debian by the proxy http://bad:3128: refused by bad:3128"]
        ),
        ("http://silent/debian", "", [], ["http://silent/debian: neither it nor a name server answered within 1 s"]),
        (
            "http://good:port/debian", "", [],
            ["http://good:port/debian: Port could not be cast to integer value as 'port'"]
        ),
        ("", "", [], []),
    ]

    @Test(arguments: rounds)
    func `each mirror, or the proxy in its place, is told to answer or not`(
        sites: String,
        proxy: String,
        reachable: [String],
        failures: [String],
    ) async throws {
        try await ScratchHome.with { home in
            // As apt-get update --print-uris does.
            let files = sites.split(separator: "\n").map { "'\($0)/dists/stable/InRelease' stable_InRelease 0 " }
            for (name, text) in [("apt-get", files.joined(separator: "\n")), ("apt-config", proxy)] {
                let script = "#!/bin/sh\ncat <<'END'\n\(text)\nEND\n"
                try WholeFile.write(script.utf8, to: home.data.appending(name), mode: .ownerReadWriteExecute)
            }
            let report = try await ask(path: "\(home.data):/usr/bin:/bin")
            #expect(report.reachable == reachable)
            #expect(report.failures == failures)
        }
    }

    @Test func `a mirror without a directory of releases is told by its own directory`() async throws {
        try await ScratchHome.with { home in
            let script = "#!/bin/sh\necho \"'http://good/flat/./InRelease' flat_InRelease 0 \"\n"
            try WholeFile.write(script.utf8, to: home.data.appending("apt-get"), mode: .ownerReadWriteExecute)
            #expect(try await ask(path: "\(home.data):/usr/bin:/bin").reachable == ["http://good/flat/."])
        }
    }

    @Test func `a guest without apt has nothing to tell`() async throws {
        #expect(try await ask(path: "/nowhere") == MirrorReport(""))
    }

    /// The world as the program sees it: one host that answers, one that refuses, and one that stays silent.
    private static let world = """
        import socket, time
        def connect(address, timeout):
            if address[0] == "silent": time.sleep(3600)
            if address[0] == "bad": raise ConnectionRefusedError("refused by %s:%d" % address)
            return open("/dev/null")
        socket.create_connection = connect

        """

    private func ask(path: String) async throws -> MirrorReport {
        let program = Self.world + MirrorCheck.script.replacing("LIMIT = 20", with: "LIMIT = 1")
        let outcome = try await ToolRun.run("/usr/bin/python3", ["-c", program], environment: ["PATH": path])
        #expect(outcome.isSuccess, "\(outcome.errors)")
        return MirrorReport(outcome.output)
    }
}
