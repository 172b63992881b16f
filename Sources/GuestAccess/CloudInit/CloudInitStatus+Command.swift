public import WireJSON

extension CloudInitStatus {
    /// Reads what `cloud-init status --format json` printed (22.4 on).
    ///
    /// - Parameter exitStatus: 0 is done or still running, 1 an error, 2 done with recoverable errors (23.4 on).
    /// - Throws: ``WireJSON/JSONError`` when the output is not cloud-init's.
    public init(commandOutput: JSON, exitStatus: Int32) throws(JSONError) {
        let members = try JSONObject(json: commandOutput)
        let status: String = try members.value("status")
        var problems: [Problem] = []
        for text in try members.optionalValue("errors") ?? [] as [String] {
            problems.append(Problem(text: text, stage: nil, isRecoverable: false))
        }
        let recoverable = try members.optionalValue("recoverable_errors") ?? [:] as [String: [String]]
        for (level, texts) in recoverable.sorted(by: { $0.key < $1.key }) where level != "DEPRECATED" {
            problems += texts.map { Problem(text: $0, stage: nil, isRecoverable: true) }
        }
        let state: State
        switch status {
        case "done": state = exitStatus == 2 || problems.contains(where: \.isRecoverable) ? .degraded : .done
        case "error": state = .error
        case "disabled": state = .disabled
        case "not run", "not started": state = .notRun
        // Versions since 24.1 say `degraded done` and the like in `extended_status` and keep these words here.
        default: state = exitStatus == 1 ? .error : .running
        }
        self.init(
            state: state,
            dataSource: try members.optionalValue("datasource"),
            problems: problems,
            detail: try members.optionalValue("detail"),
        )
    }
}
