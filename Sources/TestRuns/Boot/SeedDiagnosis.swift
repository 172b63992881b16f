import GuestAccess
import HostSupport
import Machines
import WireJSON

/// Finds out why a booted guest did not read its seed, through the guest agent if the image has one.
struct SeedDiagnosis {
    let machine: Machine
    /// How long an answer may take.
    let patience: Duration

    /// The answer of the guest's cloud-init when asked for its status.
    enum Answer {
        /// No agent answers.
        case silence
        case absent
        case status(CloudInitStatus)
        /// Text in another format, as from versions before 22.4.
        case words(String)

        init(output: String, exitStatus: Int32) {
            if exitStatus == SeedDiagnosis.notFound {
                self = .absent
            } else if let json = try? JSON.parse(output),
                let status = try? CloudInitStatus(commandOutput: json, exitStatus: exitStatus)
            {
                self = .status(status)
            } else {
                self = .words(output.split(whereSeparator: \.isNewline).joined(separator: ", "))
            }
        }

        /// Whether cloud-init will not read its seed in this boot, however long we wait.
        var isHopeless: Bool {
            switch self {
            case .silence, .words: false
            case .absent: true
            case .status(let status): status.state == .disabled || status.hasNoDataSource
            }
        }

        /// Whether cloud-init has finished in this boot.
        var hasEnded: Bool {
            if case .status(let status) = self { status.hasEnded } else { false }
        }
    }

    /// A shell's exit status for a missing program.
    private static let notFound: Int32 = 127

    /// Asks cloud-init in the guest for its status.
    func ask() async -> Answer {
        let outcome = await collect("cloud-init status --format json 2>/dev/null")
        return outcome.map { Answer(output: $0.text, exitStatus: $0.status) } ?? .silence
    }

    /// Why the helper does not answer; nil if the guest cannot be asked.
    func helper() async -> HelperDiagnosis? {
        await collect(HelperDiagnosis.question).flatMap { HelperDiagnosis(answer: $0.text) }
    }

    private func collect(_ script: String) async -> CollectedCommand? {
        guard let socket = machine.socket(of: .guestAgent) else { return nil }
        return try? await withDeadline(patience, waitingFor: "the guest agent") {
            var options = GuestAgent.Options()
            options.commandDeadline = patience
            let agent = try GuestAgent.connect(to: socket, guest: machine.name, options: options)
            defer { agent.close() }
            return try await agent.collect("/bin/sh", ["-c", script], deadline: patience)
        }
    }

    /// What is wrong, in words that follow "the guest did not become ready:".
    ///
    /// - Parameters:
    ///   - answer: What cloud-init said.
    ///   - dataSource: cloud-init's data source, as printed on the console at its end; nil before.
    ///   - helper: Why the helper does not answer, if the guest could be asked.
    static func explain(_ answer: Answer, dataSource: String? = nil, helper: HelperDiagnosis? = nil) -> String {
        "it has booted, but " + reason(answer, dataSource: dataSource, helper: helper)
    }

    private static func reason(_ answer: Answer, dataSource: String?, helper: HelperDiagnosis?) -> String {
        if answer.isHopeless { return reason(answer) }
        if let dataSource, isNone(dataSource) { return noDataSource(said: dataSource) }
        var source = dataSource
        if case .status(let status) = answer, status.hasEnded {
            source = source ?? status.dataSource ?? status.detail ?? ""
        }
        guard let source else { return reason(answer) }
        let words = helper?.explanation ?? HelperDiagnosis.possibilities
        return "cloud-init has finished\(source.isEmpty ? "" : " (\(source))") and \(words)"
    }

    private static func reason(_ answer: Answer) -> String {
        switch answer {
        case .silence:
            "cloud-init did not read its seed, and no guest agent answers to say why: it may be disabled, "
                + "find no data source, or be missing from the image"
        case .absent: "its image has no cloud-init"
        case .words(let words): "cloud-init did not start the helper from its seed (\(words))"
        case .status(let status): reason(status)
        }
    }

    private static func reason(_ status: CloudInitStatus) -> String {
        let details = status.problems.isEmpty ? [status.detail].compactMap(\.self) : status.problems.map(\.description)
        let said = (["status: \(status.state.rawValue)"] + details).joined(separator: ", ")
        if status.state == .disabled {
            return status.detail?.contains("generator") == true
                ? "cloud-init is disabled: its generator found no data source for this machine, or was told so "
                    + "(\(said)); \(hint)"
                : "cloud-init is disabled in the image or on the kernel's command line (\(said))"
        }
        if status.hasNoDataSource { return noDataSource(said: said) }
        return "cloud-init did not start the helper from its seed (\(said))"
    }

    private static let hint = "the image's datasource_list must have NoCloud in it"

    private static func noDataSource(said: String) -> String {
        "cloud-init found no data source (\(said)); \(hint)"
    }

    /// As in `none` and `DataSourceNone`, by version.
    fileprivate static func isNone(_ dataSource: String) -> Bool { dataSource.lowercased().hasSuffix("none") }
}

extension CloudInitStatus {
    /// Whether cloud-init ran without a data source.
    fileprivate var hasNoDataSource: Bool {
        [dataSource, detail].contains { $0.map(SeedDiagnosis.isNone) == true }
    }
}
