import QAPISchema

/// Doc comments made of a definition's facts: QAPI's name, since when, until when, its features, where to read more.
struct DocFacts {
    let interface: Schema.Interface

    /// The doc comment of a definition.
    /// - Parameter abstract: One sentence that says what it is.
    func lines(_ abstract: String, _ definition: Definition, kind: String, module: String) -> [String] {
        var facts: [String] = []
        if let since = definition.since { facts.append("Since QEMU \(since).") }
        if let last = definition.last { facts.append("Last in QEMU \(last); newer ones do not have it.") }
        if definition.features.contains("deprecated") { facts.append("Deprecated.") }
        if definition.isUnstable { facts.append("Unstable: any QEMU may change or drop it.") }
        let others = definition.features.filter { $0 != "deprecated" && $0 != "unstable" }
        if !others.isEmpty { facts.append("Features: \(others.map { "`\($0)`" }.joined(separator: ", ")).") }
        let link = "[Manual](\(manual)#\(kind)-\(prefix)-\(module).\(definition.name))"
        return [abstract, ""] + wrapped(facts.joined(separator: " ")) + [link]
    }

    /// The doc comment of a member or value; empty when there are no facts.
    func lines(since: String?, last: String?, standard: String? = nil, features: [String]) -> [String] {
        var facts: [String] = []
        if let since { facts.append("since QEMU \(since)") }
        if let last { facts.append("last in QEMU \(last)") }
        if let standard { facts.append("default \(standard)") }
        facts += features
        guard let first = facts.first else { return [] }
        return [first.prefix(1).uppercased() + first.dropFirst() + facts.dropFirst().map { ", \($0)" }.joined() + "."]
    }

    private var manual: String {
        switch interface {
        case .qmp: "https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html"
        case .qga: "https://www.qemu.org/docs/master/interop/qemu-ga-ref.html"
        }
    }

    private var prefix: String {
        switch interface {
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
