import HostSupport
import Machines
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

/// A guest that does not feed its watchdog.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct WatchdogTests {
    /// Starts the device's two stages of one second each, and feeds it never again.
    ///
    /// Debian's kernel for clouds has no driver for it: its registers are written by hand.
    private static let arm =
        "cd /sys/bus/pci/devices; for d in *; do [ $(cat $d/device) = 0x25ab ] && w=$d/config; done; "
        + #"printf '\004\000' | dd of=$w bs=2 seek=48 count=1 conv=notrunc 2>/dev/null; "#
        + #"printf '\002' | dd of=$w bs=1 seek=104 count=1 conv=notrunc 2>/dev/null; cd /"#

    @Test func `it pauses the guest, which the run state says`() async throws {
        try await withGuest(.pause) { machine, shell in
            var states = machine.runStates.makeAsyncIterator()
            #expect(try await states.next() == .running)
            try shell.send(Self.arm)
            #expect(try await states.next() == .watchdog)
        }
    }

    @Test func `it switches the machine off, which the exit cause says`() async throws {
        try await withGuest(.poweroff) { machine, shell in
            try shell.send(Self.arm)
            let cause = try await machine.waitUntilEnded()
            #expect(cause.kind == .watchdog, "\(cause)")
            #expect(!cause.isOrderly && cause.description.contains("watchdog"))
        }
    }

    @Test func `it resets the guest, which boots again`() async throws {
        try await withGuest(.reset) { machine, shell in
            // The line's end never comes: it is the second boot that says that it is ready.
            try shell.send(Self.arm)
            try await shell.waitForBoot()
            #expect(try await machine.runState() == .running)
        }
    }

    private func withGuest(
        _ action: WatchdogAction,
        _ body: (Machine, ConsoleShell) async throws -> Void,
    ) async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                var description = try await TestGuest.describe(in: directory)
                description.watchdog = action
                return description
            } _: { machine in
                let shell = try await ConsoleShell.attach(to: machine)
                defer { shell.close() }
                try await body(machine, shell)
            }
        }
    }
}
