import GuestAccess
import Machines

/// Waits for a guest to be ready, by what its helper reports.
struct GuestReadiness {
    let helper: GuestHelper
    let machine: Machine
    let limits: TestRunLimits

    /// Waits until cloud-init has ended, well or not.
    func waitForCloudInit() async throws -> CloudInitStatus {
        do {
            _ = try await helper.hello(within: limits.boot)
            let milestone = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: limits.boot)
            return milestone.cloudInit ?? CloudInitStatus(state: .absent)
        } catch let error as GuestAccessError where error.code == .timedOut {
            throw TestRunError(
                .bakeFailed,
                "\(error.message); the guest's console \(ConsoleTail(machine.folder.consoleLog).predicate)",
                cause: error,
            )
        }
    }

    /// What went wrong, in one line.
    static func explain(_ status: CloudInitStatus) -> String {
        let problems = status.problems.map(\.description).joined(separator: "; ")
        return problems.isEmpty ? "its state is \(status.state.rawValue)" : problems
    }
}
