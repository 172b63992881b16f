import QAPISchema

extension Renderer {
    /// Lists of everything that was generated, for tests that go over all of it.
    func renderRegistry() -> [SourceText] {
        let commands = schema.definitions.compactMap { definition -> (Definition, Command)? in
            if case .command(let command) = definition.kind { (definition, command) } else { nil }
        }
        var texts = renderList(
            "types",
            of: "any QAPIValue.Type",
            schema.definitions.compactMap { definition in
                switch definition.kind {
                case .enumeration, .structure, .union, .alternate:
                    (definition.name, names.type(definition.name) + ".self")
                case .command, .event: nil
                }
            },
        )
        texts += renderList(
            "commands",
            of: "any (\(schema.interface == .qmp ? "QMPCommand" : "GuestAgentCommand") & QAPIObject).Type",
            commands.map { ($0.0.name, names.command($0.0.name) + ".self") },
        )
        if schema.interface == .qmp {
            texts += renderList(
                "events",
                of: "any (QMPEventType & QAPIObject).Type",
                schema.definitions.compactMap { definition in
                    if case .event = definition.kind {
                        (definition.name, names.event(definition.name) + ".self")
                    } else {
                        nil
                    }
                },
            )
        }
        texts += renderList(
            "queries",
            of: schema.interface == .qmp ? "Query" : "GuestAgentQuery",
            commands.compactMap { definition, command in
                guard isQuery(definition.name), hasNoRequiredArguments(command) else { return nil }
                let method = SwiftName.escaped(SwiftName.lower(definition.name))
                // A deprecated method would warn here, and so would its command, unless it is read.
                let command = "\(names.command(definition.name))(members: [:])"
                let call = definition.isDeprecated ? "execute(\(command))" : "\(method)()"
                return (definition.name, "{ try await $0.\(call) }")
            },
        )
        return texts
    }

    private func isQuery(_ name: String) -> Bool {
        ["query-", "x-query-", "guest-get-", "guest-info", "guest-network-get", "guest-fsfreeze-status"]
            .contains { name.hasPrefix($0) }
    }

    private func hasNoRequiredArguments(_ command: Command) -> Bool {
        switch command.payload {
        case .members(let members): members.allSatisfy(\.isOptional)
        case .type: false
        }
    }

    /// A list in parts of a hundred, since the compiler slows down on longer literals.
    private func renderList(_ name: String, of type: String, _ entries: [(name: String, value: String)]) -> [SourceText]
    {
        let starts = Array(stride(from: 0, to: entries.count, by: 100))
        var texts = starts.enumerated().map { index, start in
            var text = SourceText()
            text.line("private let \(name)\(index): [(name: String, value: \(type))] = [")
            for entry in entries[start..<min(start + 100, entries.count)] {
                text.line("    (\"\(entry.name)\", \(entry.value)),")
            }
            text.line("]")
            return text
        }
        var whole = SourceText()
        let parts = starts.indices.map { "\(name)\($0)" }.joined(separator: " + ")
        whole.line("/// Every one of the compiled schema's \(name), by its name on the wire.")
        whole.block("var \(schema.interface.rawValue)\(SwiftName.upper(name)): [(name: String, value: \(type))]") {
            text in
            text.line(parts.isEmpty ? "[]" : parts)
        }
        texts.append(whole)
        return texts
    }
}
