import GuestAccess
import HostSupport
import Machines
import WireJSON

/// Finds out why a guest that has booted did not read its seed, through the guest agent where the image has one.
struct SeedDiagnosis {
    let machine: Machine

    /// The reason, in words that follow "the guest does not come up:".
    func reason() async -> String {
        "it has booted, but \(Self.explain(await answer()))"
    }

    /// What the guest's cloud-init says when it is asked for its status.
    enum Answer {
        /// No agent answers.
        case silence
        case absent
        case status(CloudInitStatus)
        /// Words of another form, as from versions before 22.4.
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
    }

    /// A shell's exit status for a program that is not there.
    private static let notFound: Int32 = 127

    private func answer() async -> Answer {
        guard let socket = machine.socket(of: .guestAgent) else { return .silence }
        let outcome = try? await withDeadline(.seconds(20), waitingFor: "the guest agent") {
            let agent = try GuestAgent.connect(to: socket, guest: machine.name)
            defer { agent.close() }
            let line = "cloud-init status --format json 2>/dev/null"
            return try await agent.collect("/bin/sh", ["-c", line], deadline: .seconds(15))
        }
        return outcome.map { Answer(output: $0.text, exitStatus: $0.status) } ?? .silence
    }

    /// What an answer means.
    static func explain(_ answer: Answer) -> String {
        switch answer {
        case .silence:
            "cloud-init did not take its seed, and no guest agent answers to tell why: it may be switched off, "
                + "find no data source, or not be in the image"
        case .absent: "its image has no cloud-init"
        case .words(let words): "cloud-init did not start the helper that its seed brings (\(words))"
        case .status(let status): explain(status)
        }
    }

    private static func explain(_ status: CloudInitStatus) -> String {
        let details = status.problems.isEmpty ? [status.detail].compactMap(\.self) : status.problems.map(\.description)
        let said = (["status: \(status.state.rawValue)"] + details).joined(separator: ", ")
        let mend = "the image's datasource_list must have NoCloud in it"
        if status.state == .disabled {
            return status.detail?.contains("generator") == true
                ? "cloud-init is switched off: its generator found no data source for this machine, or was told so "
                    + "(\(said)); \(mend)"
                : "cloud-init is switched off in the image or on the kernel's command line (\(said))"
        }
        // As in `none` and `DataSourceNone`, by version.
        if [status.dataSource, status.detail].contains(where: { $0?.lowercased().hasSuffix("none") == true }) {
            return "cloud-init found no data source (\(said)); \(mend)"
        }
        return "cloud-init did not start the helper that its seed brings (\(said))"
    }
}
