import ArgumentParser
import CloudImages
import HostSupport
import SystemPackage

/// The command `quiver overlay check`.
struct OverlayCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell whether an overlay and the images below it fit together, and how to mend what does not.",
        discussion: "Ends with 1 when the disk cannot be used or its content cannot be trusted. Nothing is changed.",
    )

    @Argument(help: "The overlay, or any disk image.", transform: { FilePath($0) })
    var file: FilePath

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let check = try OverlayCheck(file, searchFolders: [ImageStore().path])
        try output.render(Report(check))
        guard check.isSound else {
            throw CommandFailure(.failed, "\(file): cannot be used as it is; what to do is said above")
        }
    }

    private struct Report: Renderable {
        struct Finding: Encodable {
            let severity: String
            let kind: String
            let file: String
            let message: String
            let mend: String?
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
                    mend: $0.mend,
                )
            }
            isSound = check.isSound
        }

        var text: String {
            var lines = chain.map(\.text)
            for finding in findings {
                lines.append("\(finding.severity): \(finding.message)")
                if let mend = finding.mend { lines.append("  mend: \(mend)") }
            }
            if findings.isEmpty { lines.append("nothing is wrong") }
            return lines.joined(separator: "\n")
        }
    }
}
