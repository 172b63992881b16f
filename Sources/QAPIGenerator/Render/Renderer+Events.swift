import QAPISchema

extension Renderer {
    func renderEvent(_ definition: Definition, _ payload: Payload, module: String) -> SourceText {
        var text = SourceText()
        let abstract = "The event `\(definition.name)`."
        text.doc(docs.lines(abstract, shape: docs.shape(of: payload), definition, kind: "event", module: module))
        text.block("public struct \(names.event(definition.name)): QMPEventType, QAPIObject") { text in
            text.line("public static var name: String { \"\(definition.name)\" }")
            text.blank()
            switch payload {
            case .type(let name):
                let type = names.type(name)
                text.line("public var data: \(type)")
                text.blank()
                text.block("public init(data: \(type))") { $0.line("self.data = data") }
                text.blank()
                text.block("public init(members object: JSONObject) throws(JSONError)") { text in
                    text.line("self.data = try \(type)(members: object)")
                }
                text.blank()
                text.block("public func write(to object: inout JSONObject)") { $0.line("data.write(to: &object)") }
            case .members(let members):
                let fields = fields(members, of: definition.name)
                for field in fields { field.renderProperty(to: &text) }
                renderInit(fields, to: &text)
                renderConversions(fields, to: &text)
            }
        }
        return text
    }

    /// The enum of all events and its one dispatch by name.
    func renderEventEnum() -> SourceText {
        let events = schema.definitions.filter { if case .event = $0.kind { true } else { false } }
        var text = SourceText()
        text.line("/// Any event of QEMU, with a type for each that the compiled schema knows.")
        text.block("public enum Event: Sendable") { text in
            for event in events {
                text.line("/// `\(event.name)`")
                text.line("case \(caseName(event))(\(names.event(event.name)))")
            }
            text.line("/// An event that the compiled schema does not know.")
            text.line("case unknown(QMPEvent)")
            text.line("/// An event that the compiled schema knows with other members than it came with.")
            text.line("case malformed(QMPEvent, JSONError)")
            text.line("/// This many events were dropped here because the subscriber was slower than they came.")
            text.line("case missed(Int)")
            text.line("/// The connection was lost here and made again; what happened in between is not known.")
            text.line("case gap(reason: String)")
            text.blank()
            text.line("/// Gives the event its type; never fails.")
            text.block("public init(_ event: QMPEvent)") { text in
                text.block("do throws(JSONError)") { $0.line("self = try Self(known: event) ?? .unknown(event)") }
                text.block("catch") { $0.line("self = .malformed(event, error)") }
            }
            text.blank()
            text.block("private init?(known event: QMPEvent) throws(JSONError)") { text in
                text.line("switch event.name {")
                for event in events {
                    let value = "try \(names.event(event.name))(members: event.data)"
                    text.line("case \"\(event.name)\": self = .\(caseName(event))(\(value))")
                }
                text.line("default: return nil")
                text.line("}")
            }
        }
        return text
    }

    private func caseName(_ event: Definition) -> String { SwiftName.escaped(SwiftName.lower(event.name)) }
}
