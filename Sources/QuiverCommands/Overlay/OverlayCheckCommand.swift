import ArgumentParser
import CloudImages
import DiskImages
import HostSupport
import Machines
import SystemPackage

/// The command `quiver overlay check`.
struct OverlayCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check that an overlay and the images below it fit together, and show how to fix what does not.",
        discussion: """
            Nothing is changed. Exits with 1 if the disk cannot be used or its content cannot be trusted.

              quiver overlay check disk.qcow2
            """,
    )

    @Argument(help: "The overlay, or any other disk image.", transform: { FilePath($0) })
    var file: FilePath

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let check = try OverlayCheck(file, searchDirectories: [ImageStore().path])
        try output.render(Report(check))
        guard check.isSound else {
            throw CommandFailure(.failed, "\(file): disk cannot be used as it is (see above)")
        }
    }

    private struct Report: Renderable {
        struct Finding: Encodable {
            let severity: String
            let kind: String
            let file: String
            let message: String
            let hint: String?
        }

        let chain: [DiskReport]
        let findings: [Finding]
        let isSound: Bool

        init(_ check: OverlayCheck) {
            chain = check.chain.links.map { DiskReport($0.facts) }
            findings = check.findings.map {
                Finding(
                    severity: $0.severity.rawValue,
                    kind: $0.kind.rawValue,
                    file: $0.file.string,
                    message: $0.message,
                    hint: $0.hint,
                )
            }
            isSound = check.isSound
        }

        var text: String {
            var lines = chain.map(\.text)
            for finding in findings {
                lines.append("\(finding.severity): \(finding.message)")
                if let hint = finding.hint { lines.append("  hint: \(hint)") }
            }
            if findings.isEmpty { lines.append("no problems found") }
            return lines.joined(separator: "\n")
        }
    }
}
