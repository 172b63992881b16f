import QAPI
import QAPISchema

/// All commands and events, one line each.
struct SchemaListing: Renderable {
    struct Entry: Encodable {
        let kind: String
        let name: String
        let since: String?
        /// The last QEMU version that had it; nil if the newest known version has it.
        let last: String?
        let features: [String]
        /// Whether the given QEMU has it; nil without one.
        let isPresent: Bool?
    }

    let definitions: [Entry]

    init(_ schema: CompiledSchema, live: LiveSchema?) {
        let known = schema.schema.definitions.compactMap { definition -> Entry? in
            switch definition.kind {
            case .command, .event: Self.entry(definition, live)
            case .enumeration, .structure, .union, .alternate: nil
            }
        }
        definitions = (known + Self.unknown(schema, live)).sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    }

    var text: String {
        var table = TextTable(header: ["KIND", "NAME", "SINCE", "NOTES"])
        for entry in definitions {
            var notes = entry.features
            if let last = entry.last { notes.append("last in \(last)") }
            if entry.isPresent == false { notes.append("not in this QEMU") }
            table.add([entry.kind, entry.name, entry.since ?? "-", notes.joined(separator: ", ")])
        }
        return table.text
    }

    private static func entry(_ definition: Schema.Definition, _ live: LiveSchema?) -> Entry {
        Entry(
            kind: definition.kind.name,
            name: definition.name,
            since: definition.since,
            last: definition.last,
            features: definition.features,
            isPresent: live.map { $0.info(definition.name) != nil },
        )
    }

    /// What only the given QEMU has.
    private static func unknown(_ schema: CompiledSchema, _ live: LiveSchema?) -> [Entry] {
        (live?.infos ?? []).compactMap { info in
            guard schema.definition(info.name) == nil else { return nil }
            switch info.branch {
            case .command, .event:
                return Entry(
                    kind: info.metaType.rawValue,
                    name: info.name,
                    since: nil,
                    last: nil,
                    features: (info.features ?? []) + ["only in this QEMU"],
                    isPresent: true,
                )
            case .builtin, .enum, .array, .object, .alternate, .unknown:
                return nil
            }
        }
    }
}
