import QAPISchema

/// Doc comments made of a definition's facts: QAPI's name, since when, until when, its features, where to read more.
struct DocFacts {
    let schema: Schema

    /// The doc comment of a definition.
    /// - Parameters:
    ///   - abstract: One sentence that says what it is.
    ///   - shape: What it takes, returns or carries.
    func lines(
        _ abstract: String,
        shape: String? = nil,
        _ definition: Definition,
        kind: String,
        module: String,
    ) -> [String] {
        var facts: [String] = []
        if let since = definition.since { facts.append("Since QEMU \(since).") }
        if let last = definition.last { facts.append("\(capitalized(gone(after: last))).") }
        if definition.features.contains("deprecated") { facts.append("Deprecated.") }
        if definition.isUnstable { facts.append("Unstable: any QEMU may change or drop it.") }
        let others = definition.features.filter { $0 != "deprecated" && $0 != "unstable" }
        if !others.isEmpty { facts.append("Features: \(others.map { "`\($0)`" }.joined(separator: ", ")).") }
        // The manual is that of the newest QEMU.
        let link = "[Manual](\(manual)#\(kind)-\(prefix)-\(module).\(definition.name))"
        let links = definition.last == nil ? [link] : []
        return [abstract, ""] + wrapped(shape ?? "") + wrapped(facts.joined(separator: " ")) + links
    }

    /// As in `in QEMU 7.2, gone by 10.0`.
    func gone(after last: String) -> String {
        "in QEMU \(last)" + (schema.successor(of: last).map { ", gone by \($0)" } ?? "")
    }

    /// What a command takes and returns, as in: Takes `id`, optionally `force`; returns `JobInfo`.
    func shape(of command: Command) -> String {
        var parts = ["takes \(contents(of: command.payload, isOpen: command.isOpen))"]
        if let returns = command.returns {
            parts.append("returns \(returns.isArray ? "an array of " : "")`\(returns.name)`")
        } else {
            parts.append("returns nothing")
        }
        if command.isSilent { parts.append("answers only when it fails") }
        if command.allowsOutOfBand { parts.append("may run out of band") }
        if command.allowsPreconfig { parts.append("allowed before configuration") }
        return capitalized(parts.joined(separator: "; ")) + "."
    }

    /// What an event carries, as in: Carries `id`, optionally `reason`.
    func shape(of payload: Payload) -> String { "Carries \(contents(of: payload, isOpen: false))." }

    private func contents(of payload: Payload, isOpen: Bool) -> String {
        switch payload {
        case .type(let name):
            return "the members of `\(name)`"
        case .members(let members):
            let needed = members.filter { !$0.isOptional }.map { "`\($0.name)`" }.joined(separator: ", ")
            let optional = members.filter(\.isOptional).map { "`\($0.name)`" }.joined(separator: ", ")
            var parts = needed.isEmpty ? [] : [needed]
            if !optional.isEmpty { parts.append("optionally \(optional)") }
            if isOpen { parts.append("whatever else it is given") }
            return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
        }
    }

    private func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// The doc comment of a member or value; empty when there are no facts.
    func lines(since: String?, last: String?, standard: String? = nil, features: [String]) -> [String] {
        var facts: [String] = []
        if let since { facts.append("since QEMU \(since)") }
        if let last { facts.append(gone(after: last)) }
        if let standard { facts.append("default \(standard)") }
        facts += features
        guard let first = facts.first else { return [] }
        return [capitalized(first) + facts.dropFirst().map { ", \($0)" }.joined() + "."]
    }

    private var manual: String {
        switch schema.interface {
        case .qmp: "https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html"
        case .qga: "https://www.qemu.org/docs/master/interop/qemu-ga-ref.html"
        }
    }

    private var prefix: String {
        switch schema.interface {
        case .qmp: "QMP"
        case .qga: "QGA"
        }
    }

    /// The text in lines of at most 96 columns, broken between words.
    private func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < 96 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
