extension CloudInitStatus {
    /// What went wrong, a line each: a problem, and what its command said last, where the logs tell.
    public var explanations: [String] {
        problems.map { problem in
            "\(problem)" + (lastWords(of: problem).map { " (last words: \($0))" } ?? "")
        }
    }

    /// Modules that let what their commands print go to the log; of others cloud-init tells it in the problem itself.
    private static let passingOn = ["scripts_", "bootcmd", "package_update_upgrade_install"]

    /// The last line that a module's commands printed before cloud-init noted that the module failed.
    private func lastWords(of problem: Problem) -> String? {
        guard let module = problem.module.map(Self.plain), Self.passingOn.contains(where: module.hasPrefix),
            let note = logLines.lastIndex(where: { Self.isNote($0) && Self.plain($0).contains(module) })
        else { return nil }
        for line in logLines[..<note].reversed() where !Self.isNote(line) {
            // Where a stage begins ends what the module can have said.
            return line.hasPrefix("Cloud-init v") ? nil : line
        }
        return nil
    }

    /// Whether a line is a note of cloud-init's own, as in `2026-11-25 20:00:00,123 - util.py[WARNING]: …`.
    private static func isNote(_ line: String) -> Bool {
        ["[WARNING]: ", "[ERROR]: ", "[CRITICAL]: "].contains(where: line.contains)
    }

    /// Versions of cloud-init differ in how they spell a module's name.
    private static func plain(_ text: String) -> String { text.replacing("-", with: "_") }
}
