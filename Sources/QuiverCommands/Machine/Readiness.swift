import GuestAccess
import Machines
import Quantities

/// Waits until a guest is as ready as requested.
///
/// The guest's helper reports each step when it happens. An open port proves nothing, since QEMU itself accepts
/// connections.
struct Readiness {
    let machine: Machine
    let limit: Duration

    func wait(for wanted: ReadinessArgument) async throws {
        guard wanted != .none else { return }
        do {
            try await PatienceLine.show("\(machine.name): waiting for \(wanted.rawValue)") { line in
                switch wanted {
                case .none: return
                case .agent: try await machine.waitForGuestAgent(within: limit)
                case .ssh: _ = try await waitForMilestone(GuestMilestone.sshListens, line)
                case .cloudInit: try await waitForCloudInit(line)
                }
            }
        } catch let error as GuestAccessError where error.code == .timedOut {
            throw CommandFailure(
                .temporary,
                "machine \(machine.name) is running, but did not reach \(wanted.rawValue) within \(limit.shortText);"
                    + " keep waiting with `quiver start \(machine.name) --wait \(wanted.rawValue)`,"
                    + " or see `quiver console --log \(machine.name)`",
                cause: error,
            )
        }
    }

    private func waitForMilestone(_ name: String, _ line: PatienceLine) async throws -> GuestMilestone {
        let helper = try machine.helper()
        defer { helper.close() }
        let start = ContinuousClock.now
        _ = try await helper.hello(within: limit)
        return try await helper.wait(for: name, within: limit - (.now - start)) { line.note($0.name) }
    }

    private func waitForCloudInit(_ line: PatienceLine) async throws {
        let end = try await waitForMilestone(GuestMilestone.cloudInitEnded, line)
        guard let status = end.cloudInit, !status.problems.isEmpty else { return }
        for problem in status.explanations { StandardError.write("\(machine.name): cloud-init: \(problem)") }
        if status.state == .error {
            throw CommandFailure(
                .failed,
                "machine \(machine.name): cloud-init failed; see `quiver console --log \(machine.name)`"
            )
        }
    }
}
