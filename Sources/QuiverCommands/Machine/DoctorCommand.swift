import ArgumentParser
import CloudImages
import Machines
import SystemPackage
import TestRuns

/// The command `quiver doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this host for what Quiver needs, and find problems with its machines.",
        discussion: """
            Exits with 1 if there is a problem.

              quiver doctor
              quiver doctor --fix
            """,
    )

    @Flag(help: "Clean up after dead machines and relink moved base images.")
    var fix = false

    /// The earlier name of --fix.
    @Flag(help: .hidden)
    var mend = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let examination = Examination()
        let cache = RunCache()
        let images = ImageStore()
        if fix || mend {
            try cache.removeAbandonedBakes()
            try images.removeAbandoned()
            for attempt in await examination.fix() {
                let outcome = attempt.failure.map { "cannot fix (\($0))" } ?? "fixed"
                StandardError.write("\(outcome): \(attempt.finding.subject): \(attempt.finding.message)")
            }
        }
        let findings =
            await examination.findings()
            + cache.abandonedBakes.map { Self.incomplete($0, of: "test run") }
            + images.abandoned.map { Self.incomplete($0, of: "command") }
        try output.render(Report(findings: findings))
        let broken = findings.filter { $0.severity == .problem }
        guard broken.isEmpty else {
            throw CommandFailure(.failed, "\(broken.count) problem\(broken.count == 1 ? "" : "s") found; see above")
        }
    }

    private static func incomplete(_ directory: FilePath, of maker: String) -> Finding {
        Finding(
            .warning,
            "\(directory)",
            "left incomplete by a \(maker) that was killed",
            hint: "remove it",
            isFixable: true
        )
    }

    private struct Report: Renderable {
        let findings: [Finding]

        var text: String {
            var table = TextTable(header: ["", "WHAT", "FINDING"])
            for finding in findings {
                let hint = finding.hint.map { "; \($0)" + (finding.isFixable ? " (or: quiver doctor --fix)" : "") }
                table.add([mark(finding.severity), finding.subject, finding.message + (hint ?? "")])
            }
            return table.text
        }

        private func mark(_ severity: Finding.Severity) -> String {
            switch severity {
            case .fine: "ok"
            case .warning: "!"
            case .problem: "!!"
            }
        }

        func encode(to encoder: any Encoder) throws { try findings.encode(to: encoder) }
    }
}
