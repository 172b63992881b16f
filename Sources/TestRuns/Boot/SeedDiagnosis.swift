import GuestAccess
import HostSupport
import Machines

/// Finds out why a guest that has booted did not read its seed, through the guest agent where the image has one.
struct SeedDiagnosis {
    let machine: Machine

    /// The reason, in words that follow "the guest does not come up:".
    func reason() async -> String {
        "it has booted, but \(Self.explain(await report()))"
    }

    /// What cloud-init says of itself; nil when no agent answers.
    private func report() async -> String? {
        guard let socket = machine.socket(of: .guestAgent) else { return nil }
        return try? await withDeadline(.seconds(20), waitingFor: "the guest agent") {
            let agent = try GuestAgent.connect(to: socket, guest: machine.name)
            defer { agent.close() }
            return try await agent.collect("/bin/sh", ["-c", Self.question], deadline: .seconds(15)).text
        }
    }

    private static let question = """
        command -v cloud-init >/dev/null || { echo absent; exit; }
        cloud-init status --long 2>&1
        grep -h '"datasource"' /run/cloud-init/result.json 2>/dev/null
        """

    /// What cloud-init's own words mean.
    static func explain(_ report: String?) -> String {
        guard let report else {
            return "cloud-init did not take its seed, and no guest agent answers to tell why: it may be switched off, "
                + "find no data source, or not be in the image"
        }
        let words = report.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        let said = words.filter { !$0.isEmpty && !$0.hasSuffix(":") }.joined(separator: ", ")
        if words.first == "absent" { return "its image has no cloud-init" }
        if report.contains("status: disabled") {
            let isNoSource = report.contains("generator")
            return isNoSource
                ? "cloud-init is switched off: its generator found no data source for this machine, or was told so "
                    + "(\(said)); the image's datasource_list must have NoCloud in it"
                : "cloud-init is switched off in the image or on the kernel's command line (\(said))"
        }
        if report.contains("DataSourceNone") {
            return "cloud-init found no data source (\(said)); the image's datasource_list must have NoCloud in it"
        }
        return "cloud-init did not start the helper that its seed brings (\(said))"
    }
}
