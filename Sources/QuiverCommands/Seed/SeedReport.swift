import CloudInit
import Machines
import SystemPackage

/// A seed as the commands print it.
struct SeedReport: Renderable {
    struct File: Encodable {
        let name: String
        let bytes: Int
    }

    struct Finding: Encodable {
        let severity: String
        let part: String
        let line: Int?
        let column: Int?
        let message: String
        let hint: String
    }

    let path: String
    let filesystem: String?
    let label: String?
    let instanceID: String?
    let files: [File]
    /// The guest's lines for known_hosts.
    let knownHosts: [String]
    let findings: [Finding]
    private let lines: [String]

    private enum CodingKeys: String, CodingKey {
        case path, filesystem, label, files, findings
        case instanceID = "instance_id"
        case knownHosts = "known_hosts"
    }

    init(
        _ path: FilePath,
        filesystem: String? = nil,
        label: String? = nil,
        instanceID: String? = nil,
        files: [File] = [],
        knownHosts: [String] = [],
        _ findings: [SeedFinding],
    ) {
        self.path = path.string
        self.filesystem = filesystem
        self.label = label
        self.instanceID = instanceID
        self.files = files
        self.knownHosts = knownHosts
        self.findings = findings.map {
            Finding(
                severity: $0.severity.rawValue,
                part: $0.part.rawValue,
                line: $0.line,
                column: $0.column,
                message: $0.message,
                hint: $0.hint,
            )
        }
        lines = findings.map(\.description)
    }

    /// What the file is, in one line.
    private var heading: String {
        guard let filesystem else { return path }
        let files = files.map { "\($0.name) \($0.bytes)" }.joined(separator: ", ")
        let what = [filesystem, label].compactMap(\.self).joined(separator: " ")
        return "\(path): \(what), instance \(instanceID ?? "without a name"): \(files) bytes"
    }

    var text: String {
        ([heading] + knownHosts.map { "for known_hosts: \($0)" }).joined(separator: "\n")
    }

    /// The heading and the findings.
    var fullText: String {
        ([heading] + (lines.isEmpty ? ["no problems found"] : lines)).joined(separator: "\n")
    }
}
