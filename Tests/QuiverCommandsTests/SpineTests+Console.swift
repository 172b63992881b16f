import HostSupport
import HostTools
import LibC
import PatienceForTests
import SystemPackage
import Testing

extension SpineTests {
    /// Attaches to the console of `vm1` from a terminal, types, and detaches by the documented key.
    @Test func `a terminal is attached to a machine's console, and detached by its key`() async throws {
        let terminal = try PseudoTerminal()
        let log = quiver.home.appending("machines/vm1/console.log")
        let before = try WholeFile.readText(log).count
        async let session = ToolRun.run(
            QuiverProcess.program.string,
            ["console", "vm1"],
            environment: ["QUIVER_HOME": quiver.home.string],
            input: terminal.path,
        )
        try terminal.type("\r")
        let end = ContinuousClock.now + Patience.seconds(60)
        while try !WholeFile.readText(log).dropFirst(before).contains("login:") {
            let isInTime = ContinuousClock.now < end
            try #require(isInTime, "the guest never asked who logs in")
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try !terminal.echoes)
        let second = try await quiver.run("console", "vm1")
        #expect(second.status == 1 && second.errors.contains("in use by another client"), "\(second.errors)")
        try terminal.type("\u{1D}")
        let outcome = try await session
        #expect(outcome.status == 0 && outcome.output.contains("login:"), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("detached from vm1"), "\(outcome.errors)")
        #expect(try terminal.echoes)
        #expect(try await quiver.run("console", "--log", "vm1").output.contains("login:"))
    }
}

/// A terminal that a test types at.
private struct PseudoTerminal: ~Copyable {
    /// What a program opens as its terminal.
    let path: FilePath
    private let keyboard: FileDescriptor
    /// Held, so that the terminal keeps its settings when the program goes.
    private let screen: FileDescriptor

    init() throws {
        var (keys, glass): (Int32, Int32) = (-1, -1)
        guard openpty(&keys, &glass, nil, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        var name = [CChar](repeating: 0, count: 256)
        guard ttyname_r(glass, &name, name.count) == 0 else { throw Errno(rawValue: errno) }
        keyboard = FileDescriptor(rawValue: keys)
        screen = FileDescriptor(rawValue: glass)
        path = FilePath(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    func type(_ text: String) throws { try keyboard.writeAll(text.utf8) }

    /// Whether the terminal shows what is typed, as it does unless a program took that over.
    var echoes: Bool {
        get throws {
            var settings = termios()
            guard tcgetattr(screen.rawValue, &settings) == 0 else { throw Errno(rawValue: errno) }
            return settings.c_lflag & tcflag_t(ECHO) != 0
        }
    }

    deinit {
        try? screen.close()
        try? keyboard.close()
    }
}
