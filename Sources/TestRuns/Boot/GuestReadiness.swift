import GuestAccess
import Machines

/// Waits for a guest to be ready, by what its helper reports and, before there is one, by its console.
struct GuestReadiness {
    let helper: GuestHelper
    let machine: Machine
    let limits: TestRunLimits
    /// Called with remarks during the wait.
    var onNote: @Sendable (String) -> Void = { _ in }
    /// Called with the kernel's id of the boot once the helper has answered.
    var onBoot: @Sendable (String) -> Void = { _ in }
    /// Packages that cloud-init installs from mirrors; empty when it needs none.
    var packages: [String] = []
    /// The position in the console log where this boot begins, in bytes.
    var consoleStart: Int64 = 0

    /// Waits until the guest's helper answers.
    func waitForHelper() async throws {
        try await explaining {
            let console = ConsoleWatch(machine: machine, start: consoleStart, onNote: onNote)
            let hello = try await inaction.during("its helper to answer") {
                try await console.during { try await helper.hello(within: limits.wholeBoot) }
            }
            onBoot(hello.bootID)
        }
    }

    /// Waits until cloud-init has ended, successfully or not.
    func waitForCloudInit() async throws -> CloudInitStatus {
        try await waitForHelper()
        return try await explaining {
            let mirrors = MirrorCheck(helper: helper, packages: packages, limit: limits.wholeBoot, onNote: onNote)
            let milestone = try await inaction.during("cloud-init to end") {
                try await watched(by: { try await mirrors.run() }) {
                    try await helper.wait(for: GuestMilestone.cloudInitEnded, within: limits.wholeBoot)
                }
            }
            return milestone.cloudInit ?? CloudInitStatus(state: .absent)
        }
    }

    private var inaction: GuestInaction { GuestInaction(machine: machine, limit: limits.boot) }

    private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as GuestAccessError where error.code == .timedOut {
            throw TestRunError(
                .bakeFailed,
                "\(error.message); the guest's console \(ConsoleTail(machine.directory.consoleLog).predicate)",
                cause: error,
            )
        }
    }

    /// What went wrong, in one line.
    static func explain(_ status: CloudInitStatus) -> String {
        let problems = status.explanations.joined(separator: "; ")
        return problems.isEmpty ? "its state is \(status.state.rawValue)" : problems
    }
}
