import HostSupport
import LibC
import MachinesTesting
import PatienceForTests
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// The ladder by which a machine is powered down, each rung with a machine that answers to nothing gentler.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct PowerDownTests {
    /// A machine without an operating system, which hears neither button nor agent.
    private static let deaf = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))

    @Test func `a guest that ignores its button is shut down by its agent`() async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                var description = try await TestGuest.describe(in: directory)
                description.channels = [.helper, .guestAgent]
                return description
            } _: { machine in
                let shell = try await ConsoleShell.attach(to: machine)
                defer { shell.close() }
                // Takes the button's listeners away, and puts an agent there that knows one command.
                _ = try await shell.run("killall dd")
                try shell.send(
                    "port=$(grep -l org.qemu.guest_agent.0 /sys/class/virtio-ports/*/name | cut -d / -f 5); "
                        // A read ends at once while nobody on the host is connected.
                        + "while :; do while read -r line; do "
                        + "case $line in *guest-shutdown*) poweroff -f;; esac; done </dev/$port; sleep 0.1; done"
                )
                let down = try await machine.powerDown(within: Patience.seconds(40))
                #expect(down.rung == .guestAgent, "\(down)")
                #expect(down.cause.kind == .guestShutdown)
            }
        }
    }

    @Test func `a machine without an operating system has its button pressed again and is told to quit`() async throws {
        try await withDeafMachine { machine in
            let down = try await machine.powerDown(within: Patience.seconds(12))
            #expect(down.rung == .quit, "\(down)")
            #expect(down.cause.kind == .quit)
            let presses = RecordedEvent.read(machine.directory.eventsFile).filter { $0.name == "POWERDOWN" }
            #expect(presses.count >= 2)
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `every attempt has its time, and the last ends before the grace does`(guestRuns: Bool, hasAgent: Bool) {
        for grace in [Duration.milliseconds(100), .seconds(2), .seconds(60)] {
            let steps = Machine.steps(for: grace, guestRuns: guestRuns, hasAgent: hasAgent)
            let ends = steps.map(\.until)
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 })
            #expect(ends.allSatisfy { $0 > .zero && $0 < grace })
            #expect(steps.filter { $0.rung == .powerButton }.count == (guestRuns ? 5 : 0))
            #expect(steps.filter { $0.rung == .guestAgent }.count == (guestRuns && hasAgent ? 1 : 0))
            #expect(steps.suffix(2).map(\.rung) == [.quit, .terminate])
        }
        #expect(Machine.steps(for: .zero, guestRuns: guestRuns, hasAgent: hasAgent).isEmpty)
    }

    @Test func `a guest that cannot notice its button is asked through its helper`() {
        var description = MachineDescription(architecture: .aarch64)
        #expect(description.hasPowerButton)
        description.kernel = DirectKernel(image: "kernel")
        #expect(!description.hasPowerButton)
        description.firmware = .uefi
        #expect(description.hasPowerButton)
        let steps = Machine.steps(for: .seconds(60), guestRuns: true, asking: .guestHelper, hasAgent: true)
        #expect(steps.prefix(4).map(\.rung) == [.guestHelper, .guestHelper, .guestHelper, .guestAgent])
        #expect(steps.allSatisfy { $0.rung != .powerButton })
    }

    @Test func `a paused guest is not asked to press a button`() async throws {
        try await withDeafMachine { machine in
            try await machine.pause()
            let down = try await machine.powerDown(within: Patience.seconds(40))
            #expect(down.rung == .quit, "\(down)")
        }
    }

    @Test func `a QEMU whose monitor is lost is ended by SIGTERM`() async throws {
        try await withDeafMachine { machine in
            await machine.disconnect()
            let down = try await machine.powerDown(within: Patience.seconds(40))
            #expect(down.rung == .terminate, "\(down)")
            #expect(down.cause.kind == .terminated)
        }
    }

    @Test func `a QEMU that hears nothing is killed when the grace is over`() async throws {
        try await withDeafMachine { machine in
            kill(machine.process.processID, SIGSTOP)
            let down = try await machine.powerDown(within: .seconds(2))
            #expect(down.rung == .kill, "\(down)")
            #expect(down.cause.kind == .killed)
        }
    }

    /// How the monitor of a machine is kept from answering, the rung that is left, and the end that comes of it.
    static let silences: [(isHeld: Bool, rung: PowerDown.Rung, end: ExitCause.Kind)] = [
        (true, .terminate, .terminated), (false, .kill, .killed),
    ]

    @Test(arguments: silences)
    func `a machine whose monitor is in other hands or silent is ended within the grace`(
        isHeld: Bool,
        rung: PowerDown.Rung,
        end: ExitCause.Kind,
    ) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.deaf }
            let holder = try await store.start("one")
            if !isHeld {
                await holder.disconnect()
                kill(holder.process.processID, SIGSTOP)
            }
            let down = try await store.powerDown("one", within: Patience.seconds(4))
            #expect(down.rung == rung && down.cause.kind == end, "\(down)")
            #expect(!ProcessProbe.isAlive(holder.process.processID))
            await holder.disconnect()
        }
    }

    @Test func `no grace at all kills at once`() async throws {
        try await withDeafMachine { machine in
            let down = try await machine.powerDown(within: .zero)
            #expect(down.rung == .kill && down.cause.kind == .killed, "\(down)")
        }
    }

    private func withDeafMachine(_ body: (Machine) async throws -> Void) async throws {
        try await ScratchHome.with { home in
            try await withMachine(Self.deaf, home: home) { try await body($0) }
        }
    }
}
