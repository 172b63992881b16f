import YAML

/// The findings of one file of a seed, as they are gathered.
struct SeedFindings {
    let part: SeedFinding.Part
    /// How many lines of the file come before the text under examination.
    var linesBefore = 0
    private(set) var all: [SeedFinding] = []

    init(_ part: SeedFinding.Part) {
        self.part = part
    }

    mutating func error(_ message: String, at node: YAMLNode?, hint: String) {
        add(.error, message, line: node?.mark?.line, column: node?.mark?.column, hint: hint)
    }

    mutating func warning(_ message: String, at node: YAMLNode?, hint: String) {
        add(.warning, message, line: node?.mark?.line, column: node?.mark?.column, hint: hint)
    }

    /// Adds a finding whose line is counted within the text under examination.
    mutating func add(
        _ severity: SeedFinding.Severity,
        _ message: String,
        line: Int?,
        column: Int? = nil,
        hint: String,
    ) {
        all.append(
            SeedFinding(
                severity: severity,
                part: part,
                line: line.map { $0 + linesBefore },
                column: column,
                message: message,
                hint: hint,
            )
        )
    }

    /// The findings by their place in the file.
    var sorted: [SeedFinding] {
        all.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    }
}
