import QAPISchema

extension Renderer {
    /// The command as a value, and the method that sends it.
    func renderCommand(_ definition: Definition, _ command: Command, module: String) -> SourceText {
        let typeName = names.command(definition.name)
        let reply = command.returns.map { names.type($0) } ?? "Empty"
        var text = SourceText()
        let shape = docs.shape(of: command)
        let abstract = "The command `\(definition.name)`."
        text.doc(docs.lines(abstract, shape: shape, definition, kind: "command", module: module))
        text.block("public struct \(typeName): \(dialect.command), QAPIObject") { text in
            text.line("public typealias Reply = \(reply)")
            text.blank()
            text.line("public static var name: String { \"\(definition.name)\" }")
            if command.allowsOutOfBand { text.line("public static var allowsOutOfBand: Bool { true }") }
            if command.isSilent { text.line("public static var answersOnlyOnFailure: Bool { true }") }
            text.blank()
            renderArguments(command, of: definition, to: &text)
        }
        text.blank()
        text.block("extension \(dialect.executor)") { text in
            let abstract = "Sends `\(definition.name)`."
            text.doc(docs.lines(abstract, shape: shape, definition, kind: "command", module: module))
            renderDeprecation(deprecation(definition), to: &text)
            renderMethod(definition, command, typeName: typeName, reply: reply, to: &text)
        }
        return text
    }

    /// The names of the commands that answer only when they fail, for whoever sends a command by name.
    func renderSilentCommands() -> SourceText {
        let names = schema.definitions.compactMap { definition -> String? in
            if case .command(let command) = definition.kind, command.isSilent { "\"\(definition.name)\"" } else { nil }
        }
        var text = SourceText()
        text.line("/// The commands that answer only when they fail.")
        text.block("public enum SilentCommands") { text in
            text.line("/// Their names on the wire.")
            text.line("public static let names: Set<String> = [\(names.joined(separator: ", "))]")
        }
        return text
    }

    private func renderArguments(_ command: Command, of definition: Definition, to text: inout SourceText) {
        switch command.payload {
        case .type(let name):
            let type = names.type(name)
            text.line("public var options: \(type)")
            text.blank()
            renderDeprecation(deprecation(definition), to: &text)
            text.block("public init(_ options: \(type))") { $0.line("self.options = options") }
            text.blank()
            text.block("public init(members object: JSONObject) throws(JSONError)") { text in
                text.line("self.options = try \(type)(members: object)")
            }
            text.blank()
            text.block("public func write(to object: inout JSONObject)") { $0.line("options.write(to: &object)") }
        case .members(let members) where command.isOpen:
            let fields = fields(members, of: definition.name)
            for field in fields { field.renderProperty(to: &text) }
            text.line("/// Members beyond those that the schema names.")
            text.line("public var properties: JSONObject")
            renderInit(
                fields,
                extra: [("properties: JSONObject = [:]", "self.properties = properties")],
                deprecation: deprecation(definition),
                to: &text,
            )
            text.blank()
            text.block("public init(members object: JSONObject) throws(JSONError)") { text in
                for field in fields { field.renderRead(to: &text) }
                text.line("self.properties = object")
                for field in fields { text.line("self.properties[\"\(field.wire)\"] = nil") }
            }
            text.blank()
            text.block("public func write(to object: inout JSONObject)") { text in
                for field in fields { field.renderWrite(to: &text) }
                text.line("object.setMissing(from: properties)")
            }
        case .members(let members):
            let fields = fields(members, of: definition.name)
            for field in fields { field.renderProperty(to: &text) }
            renderInit(fields, deprecation: deprecation(definition), to: &text)
            renderConversions(fields, to: &text)
        }
    }

    private func renderMethod(
        _ definition: Definition,
        _ command: Command,
        typeName: String,
        reply: String,
        to text: inout SourceText,
    ) {
        let parameters: [String]
        let arguments: [String]
        switch command.payload {
        case .type(let name):
            parameters = ["_ options: \(names.type(name))"]
            arguments = ["options"]
        case .members(let members):
            let fields = fields(members, of: definition.name)
            parameters = fields.map(\.parameter) + (command.isOpen ? ["properties: JSONObject = [:]"] : [])
            arguments = fields.map(\.argument) + (command.isOpen ? ["properties: properties"] : [])
        }
        let method = SwiftName.escaped(SwiftName.lower(definition.name))
        let result = command.returns == nil ? "" : " -> \(reply)"
        let head = "public func \(method)(\(parameters.joined(separator: ", "))) async throws(QMPError)\(result)"
        text.block(head) { text in
            let call = "try await execute(\(typeName)(\(arguments.joined(separator: ", "))))"
            text.line(command.returns == nil ? "_ = \(call)" : call)
        }
    }

    private func deprecation(_ definition: Definition) -> String? {
        if let last = definition.last { return "It is \(docs.gone(after: last))." }
        return definition.isDeprecated ? "QEMU deprecates it." : nil
    }

    /// The protocols that the interface's commands and their executors conform to.
    private var dialect: (command: String, executor: String) {
        switch schema.interface {
        case .qmp: ("QMPCommand", "QMPExecutor")
        case .qga: ("GuestAgentCommand", "GuestAgentExecutor")
        }
    }
}
