import HostSupport
import Machines
import PatienceForTests
import Quantities
import SystemPackage
import Testing

/// Owners and QEMUs that are killed at random moments of their work.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct KillTests {
    @Test func `a scoped machine ends with its owner when that is killed, and its directory goes`() async throws {
        try await ScratchHome.with { home in
            let owner = try OwnerProcess([home.data.string, "scoped"])
            let words = try owner.line().split(separator: " ")
            let (machine, directory) = (try #require(Int32(words[0])), FilePath(String(words[1])))
            #expect(ProcessProbe.isAlive(machine))
            owner.end()
            try await eventually { !ProcessProbe.isAlive(machine) && Directory.names(in: directory).isEmpty }
            try await eventually { Directory.names(in: home.runtime).isEmpty }
        }
    }

    @Test(arguments: Blow.twenty)
    func `whatever is killed, the store explains what is left and the saved snapshot is whole`(blow: Blow) async throws
    {
        let duration = try #require(try await Self.durations.value[blow.work])
        // A blow that came too late on a host that has become faster meanwhile is struck again, sooner.
        var delay = duration * blow.share
        for _ in 0..<8 {
            if try await strikesInTime(blow, after: delay, of: duration) { return }
            delay /= 2
        }
        Issue.record("\(blow.work) was over before each of eight blows")
    }

    /// How long each work takes on this host.
    private static let durations = Task {
        var durations: [Blow.Work: Duration] = [:]
        for work in Blow.Work.allCases { durations[work] = try await KillScene.undisturbed(work) }
        return durations
    }

    /// Returns whether the work was still going on.
    private func strikesInTime(_ blow: Blow, after delay: Duration, of duration: Duration) async throws -> Bool {
        try await KillScene.with(blow) { scene in
            let owner = try await scene.begin(blow.work)
            // There is nothing to strike before QEMU has been started.
            if blow.work == .start, blow.victim != .owner { _ = try await scene.machineProcess(of: owner) }
            try await Task.sleep(for: delay)
            let isInTime = try await scene.strike(blow.victim, owner)
            let when = isInTime ? "during" : "after"
            print("\(blow.victim) struck \(when) \(blow.work): after \(delay.shortText) of \(duration.shortText)")

            let store = scene.store
            if try await scene.settle(isKilled: blow.victim == .machine) == .running {
                if blow.victim != .machineStopped {
                    // What outlived its owner can be used by the next.
                    let machine = try await store.attach(to: "one", within: Patience.seconds(30))
                    _ = try await machine.runState()
                    await machine.disconnect()
                }
                _ = try await store.kill("one")
                #expect(try await scene.settle(isKilled: true) == .crashed)
            }
            await scene.expectNothingLeftOver()
            #expect(try await store.snapshots(ofStopped: "one").map(\.tag).contains("base"))
            try await scene.expectSnapshotWhole()
            try await store.remove("one")
            #expect(Directory.names(in: scene.home.runtime).isEmpty && Directory.names(in: scene.home.machines).isEmpty)
            return isInTime
        }
    }
}
