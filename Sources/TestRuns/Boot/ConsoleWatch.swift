import GuestAccess
import HostSupport
import Machines
import SystemPackage

/// Watches a guest's console for a boot that goes wrong before the guest's helper can say so.
///
/// The helper comes with the seed, which cloud-init reads once the network is up: what goes wrong before, or keeps
/// cloud-init from the seed, shows on the console alone.
struct ConsoleWatch {
    let machine: Machine
    /// Where in the console's log the boot begins, in bytes.
    let start: Int64
    /// Told what the guest waits for, once a job.
    let onNote: @Sendable (String) -> Void

    /// How long a job may run before it is told, in seconds.
    private static let patience = 15
    /// How long a wait for the network that has no end of its own is looked at, in seconds.
    private static let networkPatience = 30
    /// From the login prompt, which comes after the helper's start, until the helper must have been heard, at least.
    private static let leastGrace = Duration.seconds(10)

    /// Runs the body, which is cancelled when the console tells that there is nothing to wait for.
    ///
    /// - Throws: ``TestRunError`` with code `bakeFailed`; otherwise what the body throws.
    func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await watched(by: { try await untilHopeless() }, body)
    }

    private func untilHopeless() async throws {
        var reader = ConsoleReader(machine.folder.consoleLog, from: start)
        var told: Set<String> = []
        let beginning = ContinuousClock.now
        while true {
            for finding in reader.news().compactMap(ConsoleFinding.init) {
                switch finding {
                case .hopeless(let reason): throw failure(reason)
                case .waiting(let job, let seconds, let limit):
                    if seconds >= Self.networkPatience, limit == "no limit", Self.isNetwork(job) {
                        throw failure("it waits for the network without end (\(job)); mask that service in the image")
                    }
                    guard seconds >= Self.patience, !Self.isCloudInit(job), told.insert(job).inserted else { continue }
                    onNote("the guest has waited \(seconds) s for \"\(job)\" (at most: \(limit))")
                case .login:
                    // A host that needs long for a boot needs long for the helper too.
                    try await Task.sleep(for: max(Self.leastGrace, (.now - beginning) / 2))
                    throw failure(await SeedDiagnosis(machine: machine).reason())
                }
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private static func isNetwork(_ job: String) -> Bool { job.lowercased().contains("network") }

    /// cloud-init's own stages take long by right, and the helper tells of them.
    private static func isCloudInit(_ job: String) -> Bool { job.lowercased().contains("cloud") }

    private func failure(_ reason: String) -> TestRunError {
        TestRunError(
            .bakeFailed,
            "the guest does not come up: \(reason); its console \(ConsoleTail(machine.folder.consoleLog).predicate)",
        )
    }
}
