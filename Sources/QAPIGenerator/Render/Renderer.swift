import QAPISchema

/// Renders a merged schema's definitions as Swift declarations.
struct Renderer {
    let schema: Schema
    let names: NameTable
    let recursion: Recursion
    let docs: DocFacts
    private let byName: [String: Definition]

    init(_ schema: Schema) {
        self.schema = schema
        names = NameTable(schema)
        recursion = Recursion(schema)
        docs = DocFacts(schema: schema)
        var byName: [String: Definition] = [:]
        for definition in schema.definitions { byName[definition.name] = definition }
        self.byName = byName
    }

    /// The values of an enum; empty when the name is none of an enum.
    func values(ofEnum name: String) -> [EnumValue] {
        guard case .enumeration(let values)? = byName[name]?.kind else { return [] }
        return values
    }

    /// The members of a struct; nil when the name is none of a struct.
    func members(ofStruct name: String) -> [Member]? {
        guard case .structure(_, let members)? = byName[name]?.kind else { return nil }
        return members
    }

    func fields(_ members: [Member], of owner: String) -> [Field] {
        members.map { member in
            Field(
                wire: member.name,
                name: SwiftName.lower(member.name),
                type: names.type(member.type),
                isOptional: member.isOptional,
                isBoxed: recursion.boxed.contains("\(owner).\(member.name)"),
                doc: docs.lines(
                    since: member.since,
                    last: member.last,
                    standard: member.standard,
                    features: member.features,
                ),
            )
        }
    }

    /// The memberwise initialiser.
    ///
    /// - Parameter deprecation: Why the compiler should warn of it; nil when it should not.
    func renderInit(
        _ fields: [Field],
        extra: [(parameter: String, assignment: String)] = [],
        deprecation: String? = nil,
        to text: inout SourceText,
    ) {
        text.blank()
        renderDeprecation(deprecation, to: &text)
        let parameters = fields.map(\.parameter) + extra.map(\.parameter)
        guard !parameters.isEmpty else {
            text.line("public init() {}")
            return
        }
        text.block("public init(\(parameters.joined(separator: ", ")))") { text in
            for field in fields { field.renderAssignment(to: &text) }
            for (_, assignment) in extra { text.line(assignment) }
        }
    }

    func renderDeprecation(_ note: String?, to text: inout SourceText) {
        if let note { text.line("@available(*, deprecated, message: \"\(note)\")") }
    }

    /// `init(members:)` and `write(to:)` of a type that has only fields.
    func renderConversions(_ fields: [Field], to text: inout SourceText) {
        text.blank()
        guard !fields.isEmpty else {
            text.line("public init(members object: JSONObject) throws(JSONError) {}")
            text.blank()
            text.line("public func write(to object: inout JSONObject) {}")
            return
        }
        text.block("public init(members object: JSONObject) throws(JSONError)") { text in
            for field in fields { field.renderRead(to: &text) }
        }
        text.blank()
        text.block("public func write(to object: inout JSONObject)") { text in
            for field in fields { field.renderWrite(to: &text) }
        }
    }
}
