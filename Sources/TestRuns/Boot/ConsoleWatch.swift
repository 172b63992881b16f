import GuestAccess
import HostSupport
import Machines
import SystemPackage

/// Watches a guest's console for a boot that fails before the guest's helper can report it.
///
/// The helper is installed by the seed, which cloud-init reads once the network is up: what fails before, or prevents
/// cloud-init from reading the seed, only shows on the console.
struct ConsoleWatch {
    let machine: Machine
    /// The position in the console log where the boot begins, in bytes.
    let start: Int64
    /// Called with what the guest is waiting for, once for each job.
    let onNote: @Sendable (String) -> Void

    /// How long a job may run before it is reported, in seconds.
    private static let patience = 15
    /// How long a wait for the network without a time limit is tolerated, in seconds.
    private static let networkPatience = 30

    /// Runs the body, which is cancelled when the console shows that waiting is pointless.
    ///
    /// - Throws: ``TestRunError`` with code `bakeFailed`; otherwise what the body throws.
    func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await watched(by: { try await untilHopeless() }, body)
    }

    private func untilHopeless() async throws {
        var reader = ConsoleReader(machine.directory.consoleLog, from: start)
        var told: Set<String> = []
        var silence = GuestSilence(bootBegan: .now)
        var answer: SeedDiagnosis.Answer?
        while true {
            let news = reader.news()
            if !news.isEmpty { silence.consoleSpoke(at: .now) }
            for finding in news.compactMap(ConsoleFinding.init) {
                switch finding {
                case .hopeless(let reason): throw failure(reason)
                case .waiting(let job, let seconds, let limit):
                    if seconds >= Self.networkPatience, limit == "no limit", Self.isNetwork(job) {
                        throw failure(
                            "it waits for the network without a time limit (\(job)); mask that service in the image"
                        )
                    }
                    guard seconds >= Self.patience, !Self.isCloudInit(job), told.insert(job).inserted else { continue }
                    onNote("the guest has been waiting for \"\(job)\" for \(seconds) s (limit: \(limit))")
                case .login: silence.hasBooted(at: .now)
                case .cloudInitEnded(let dataSource): silence.cloudInitEnded(dataSource: dataSource, at: .now)
                }
            }
            switch silence.step(at: .now) {
            case .wait: break
            case .ask:
                let said = await diagnosis(silence).ask()
                try Task.checkCancellation()
                if said.isHopeless { throw failure(SeedDiagnosis.explain(said)) }
                if said.hasEnded { silence.hasBooted(at: .now) }
                answer = said
            case .giveUp:
                let helper = await diagnosis(silence).helper()
                throw failure(SeedDiagnosis.explain(answer ?? .silence, dataSource: silence.dataSource, helper: helper))
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func diagnosis(_ silence: GuestSilence) -> SeedDiagnosis {
        SeedDiagnosis(machine: machine, patience: silence.answerLimit)
    }

    private static func isNetwork(_ job: String) -> Bool { job.lowercased().contains("network") }

    /// cloud-init's own stages may take long, and the helper reports them.
    private static func isCloudInit(_ job: String) -> Bool { job.lowercased().contains("cloud") }

    private func failure(_ reason: String) -> TestRunError {
        TestRunError(
            .bakeFailed,
            "the guest did not become ready: \(reason); its console \(ConsoleTail(machine.directory.consoleLog).predicate)",
        )
    }
}
