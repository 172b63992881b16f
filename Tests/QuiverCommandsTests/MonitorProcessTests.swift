import HostSupport
import HostTools
import PatienceForTests
import QMPCore
import QMPTesting
import Testing
import WireJSON

/// `quiver qmp` as a process of its own, against a fake QEMU: what it prints, and how it ends.
@Suite(.hangLimit(minutes: 2)) struct MonitorProcessTests {
    @Test func `a return is printed as JSON, and an error is one line with its class and the end with 1`() async throws
    {
        try await withMonitor { fake, quiver in
            fake.handle("echo") { command, _ in .success(.object(command.arguments)) }
            fake.reply(to: "break", with: .failure(errorClass: "DeviceNotFound", message: "no\nsuch device"))
            let echo = try await quiver.monitor("call", "--unchecked", "echo", #"{"n": 18446744073709551615}"#)
            #expect(echo.status == 0)
            #expect(echo.output == "{\n  \"n\": 18446744073709551615\n}\n")
            #expect(echo.errors.isEmpty)
            let broken = try await quiver.monitor("call", "--unchecked", "break")
            #expect(broken.status == 1)
            #expect(broken.output.isEmpty)
            #expect(broken.errors == "quiver: break: no such device (DeviceNotFound, commandFailed)\n")
        }
    }

    @Test(
        arguments: [
            ("--unchecked work", "work", []), ("work", "schema", []), ("--unchecked work", "greeting", [.noGreeting]),
        ] as [(String, String, Set<FakeFault>)]
    )
    func `a call that takes too long ends with 75, whatever it is that hangs`(
        words: String,
        fragment: String,
        faults: Set<FakeFault>,
    ) async throws {
        try await withMonitor(faults: faults) { fake, quiver in
            for name in ["work", "query-qmp-schema"] { fake.reply(to: name, with: .silence) }
            let outcome = try await quiver.monitor(
                ["call", "--timeout", "2s"] + words.split(separator: " ").map(String.init)
            )
            #expect(outcome.status == 75)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(fragment), "\(outcome.errors)")
        }
    }

    // MARK: Events

    @Test func `events are counted and chosen by name`() async throws {
        try await withMonitor { fake, quiver in
            let outcome = try await emitting(on: fake) {
                try await quiver.monitor("events", "--count", "3", "--filter", "ODD", "--filter", "OTHER")
            }
            #expect(outcome.status == 0)
            #expect(outcome.errors.isEmpty)
            let events = try events(in: outcome.output)
            #expect(events.map(\.name) == ["ODD", "ODD", "ODD"])
            let first = try #require(events.first?.number)
            #expect(events.map(\.number) == [first, first + 2, first + 4])
        }
    }

    @Test func `events that do not come in time end with 75`() async throws {
        for faults: Set<FakeFault> in [[], [.noGreeting]] {
            try await withMonitor(faults: faults) { fake, quiver in
                let outcome = try await emitting(on: fake) {
                    try await quiver.monitor("events", "--filter", "NEVER", "--timeout", "2s")
                }
                #expect(outcome.status == 75)
                #expect(outcome.output.isEmpty)
                #expect(outcome.errors.contains(faults.isEmpty ? "NEVER" : "greeting"), "\(outcome.errors)")
            }
        }
    }

    @Test func `events are followed until QEMU ends, and that is no failure`() async throws {
        try await withMonitor { fake, quiver in
            let outcome = try await emitting(on: fake) {
                try await quiver.monitor(["events", "--follow"]) { line in
                    // Each line is there when its event has come: it waits in no buffer.
                    #expect(line.hasPrefix(#"{"event":"#))
                    fake.dropClients()
                }
            }
            #expect(outcome.status == 0)
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test func `counted events that QEMU does not live to send are a failure`() async throws {
        try await withMonitor { fake, quiver in
            let outcome = try await emitting(on: fake) {
                try await quiver.monitor(["events", "--count", "100000"]) { _ in fake.dropClients() }
            }
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("closed the connection"))
        }
    }

    // MARK: Scripts

    @Test func `a script waits for events in whatever order they come, each once`() async throws {
        try await withMonitor { fake, quiver in
            fake.handle("go") { _, client in
                for name in ["B", "A", "B"] { client.emit(QMPEvent(name: name)) }
                return .success([:])
            }
            let script = """
                {"execute": "go"}
                wait A
                sleep 10ms
                wait B
                wait B
                {"execute": "go"}
                wait A
                """
            let outcome = try await quiver.script(script)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = [#"{"return":{}}"#] + ["A", "B", "B"].map { #"{"event":"\#($0)"}"# }
            #expect(outcome.output.split(separator: "\n").map(String.init) == lines + lines.prefix(2))
            let third = try await quiver.script(script + "\nwait A", "--timeout", "2s")
            #expect(third.status == 75)
            #expect(third.errors.contains("no event A within 2"), "\(third.errors)")
        }
    }

    @Test func `a script stops at its first error unless it is to go on`() async throws {
        try await withMonitor { fake, quiver in
            fake.reply(to: "good", with: .success([:]))
            fake.reply(to: "bad", with: .failure(errorClass: "GenericError", message: "that is not possible"))
            let script = #"{"execute": "good"}"# + "\n" + #"{"execute": "bad"}"# + "\n" + #"{"execute": "good"}"#
            let good = #"{"return":{}}"#
            let bad = #"{"error":{"class":"GenericError","desc":"that is not possible"}}"#

            let stopped = try await quiver.script(script)
            #expect(stopped.status == 1)
            #expect(stopped.output.split(separator: "\n").map(String.init) == [good, bad])
            #expect(stopped.errors.contains(":2: bad: that is not possible (GenericError, commandFailed)"))

            let whole = try await quiver.script(script, "--keep-going")
            #expect(whole.status == 1)
            #expect(whole.output.split(separator: "\n").map(String.init) == [good, bad, good])
            #expect(whole.errors.contains("1 of 3 commands failed"))
        }
    }

    // MARK: Output

    @Test func `a reader that leaves ends the events quietly, and leaves a script to its end`() async throws {
        try await withMonitor { fake, quiver in
            let events = try await emitting(on: fake) { try await quiver.shell("events --follow", into: "| head -n 1") }
            #expect(events.errors.isEmpty)
            #expect(events.output.hasPrefix(#"{"event":"#))
            #expect(events.output.hasSuffix("}\n0\n"))

            fake.reply(to: "work", with: .success([:]))
            let work = #"{"execute": "work"}"# + "\n"
            let path = try quiver.write(work + "sleep 300ms\n" + work + work)
            let script = try await quiver.shell("run \(path)", into: "| head -n 1")
            #expect(script.errors.isEmpty)
            #expect(script.output == #"{"return":{}}"# + "\n0\n")
            #expect(fake.received.filter { $0.name == "work" }.count == 3)
        }
    }

    #if os(Linux)
        @Test func `output that cannot be written is one line and the end with 74`() async throws {
            try await withMonitor { fake, quiver in
                fake.reply(to: "work", with: .success([:]))
                let script = try quiver.write(#"{"execute": "work"}"# + "\n" + #"{"execute": "work"}"#)
                for line in ["call --unchecked work", "run \(script)", "events"] {
                    let outcome = try await emitting(on: fake) { try await quiver.shell(line, into: "> /dev/full") }
                    #expect(outcome.output == "74\n", "\(line)")
                    #expect(
                        outcome.errors.hasPrefix("quiver: standard output: cannot write: "),
                        "\(outcome.errors)"
                    )
                    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
                }
                // The first failure was the script's end.
                #expect(fake.received.filter { $0.name == "work" }.count == 2)
            }
        }

    #endif

    // MARK: Helpers

    private func withMonitor(
        faults: Set<FakeFault> = [],
        _ body: (FakeQEMU, MonitorProcess) async throws -> Void,
    ) async throws {
        try await QuiverProcess.withHome { quiver in
            try await FakeQEMU.withFake(faults: faults) { fake in
                try await body(fake, MonitorProcess(quiver: quiver, socket: fake.socket))
            }
        }
    }

    /// Sends events one after another for as long as the body runs: EVEN and ODD in turn, with their number.
    private func emitting<Value: Sendable>(
        on fake: FakeQEMU,
        _ body: @escaping @Sendable () async throws -> Value,
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var number: Int64 = 0
                while !Task.isCancelled {
                    fake.emit(number % 2 == 0 ? "EVEN" : "ODD", ["number": .integer(number)])
                    number += 1
                    try? await Task.sleep(for: .milliseconds(2))
                }
                return nil
            }
            defer { group.cancelAll() }
            return try #require(await group.next() ?? nil)
        }
    }

    private func events(in output: String) throws -> [(name: String, number: Int)] {
        try output.split(separator: "\n").map { line in
            let event = try JSON.parse(String(line))
            return (try #require(event["event"]?.stringValue), try #require(event["data"]?["number"]?.intValue))
        }
    }
}
