public import WireJSON

extension CloudInitStatus {
    /// Reads what cloud-init keeps in `/run/cloud-init/status.json` and, once it has ended, in `result.json`.
    ///
    /// The files have had one shape since version 0.7; `recoverable_errors` came with 23.4.
    /// - Throws: ``WireJSON/JSONError`` when the members are there and are not what cloud-init writes.
    public init(status: JSON, result: JSON?, logLines: [String] = []) throws(JSONError) {
        let stages: JSONObject = try JSONObject(json: status).value("v1")
        var problems: [Problem] = []
        var hasStarted = false
        for (name, stage) in stages.members.map({ ($0.name, $0.value) }) {
            // Beside the stages lie plain members such as `datasource` and `stage`.
            guard let stage = stage.objectValue else { continue }
            if let start = stage["start"], start != .null { hasStarted = true }
            problems += try Self.problems(of: stage, named: name)
        }
        let hasEnded = result != nil
        let isError = problems.contains { !$0.isRecoverable }
        let ended: State = isError ? .error : problems.isEmpty ? .done : .degraded
        self.init(
            state: hasEnded ? ended : hasStarted ? .running : .notRun,
            dataSource: stages["datasource"]?.stringValue,
            problems: problems,
            logLines: logLines,
        )
    }

    private static func problems(of stage: JSONObject, named name: String) throws(JSONError) -> [Problem] {
        var problems: [Problem] = []
        for text in try stage.optionalValue("errors") ?? [] as [String] {
            problems.append(Problem(text: text, stage: name, isRecoverable: false))
        }
        // By level, as in {"WARNING": ["…"]}. Deprecations are news for who writes images, not failures.
        let recoverable = try stage.optionalValue("recoverable_errors") ?? [:] as [String: [String]]
        for (level, texts) in recoverable.sorted(by: { $0.key < $1.key }) where level != "DEPRECATED" {
            problems += texts.map { Problem(text: $0, stage: name, isRecoverable: true) }
        }
        return problems
    }
}
