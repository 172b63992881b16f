/// A member as a stored property.
struct Field {
    /// The name on the wire.
    let wire: String
    /// The name of the property and of the argument label, without backticks.
    let name: String
    /// The type without its optional mark.
    let type: String
    let isOptional: Bool
    /// Whether the type contains its own owner, so that the value must be held out of line.
    let isBoxed: Bool
    let doc: [String]

    var identifier: String { SwiftName.escaped(name) }

    private var fullType: String { type + (isOptional ? "?" : "") }

    /// As in `jobID: String` and `tag: String? = nil`.
    var parameter: String { "\(SwiftName.label(name)): \(fullType)" + (isOptional ? " = nil" : "") }

    /// As in `jobID: jobID`.
    var argument: String { "\(SwiftName.label(name)): \(identifier)" }

    func renderProperty(to text: inout SourceText) {
        text.doc(doc)
        guard isBoxed else {
            text.line("public var \(identifier): \(fullType)")
            return
        }
        text.block("public var \(identifier): \(fullType)") { text in
            text.line("get { \(boxName)\(isOptional ? "?" : "").value }")
            text.line("set { \(boxName) = \(isOptional ? "newValue.map(Boxed.init)" : "Boxed(newValue)") }")
        }
        text.line("private var \(boxName): Boxed<\(type)>\(isOptional ? "?" : "")")
    }

    /// Sets the property from the parameter of the same name.
    func renderAssignment(to text: inout SourceText) {
        let value = isBoxed ? (isOptional ? "\(identifier).map(Boxed.init)" : "Boxed(\(identifier))") : identifier
        text.line("self.\(isBoxed ? boxName : identifier) = \(value)")
    }

    func renderRead(to text: inout SourceText) {
        guard isBoxed else {
            text.line("self.\(identifier) = try object.\(isOptional ? "optionalValue" : "value")(\"\(wire)\")")
            return
        }
        if isOptional {
            text.line("let \(identifier): \(type)? = try object.optionalValue(\"\(wire)\")")
        } else {
            text.line("let \(identifier): \(type) = try object.value(\"\(wire)\")")
        }
        renderAssignment(to: &text)
    }

    func renderWrite(to text: inout SourceText) {
        text.line("object.set(\"\(wire)\", \(name == "object" ? "self.object" : identifier))")
    }

    private var boxName: String { "boxed" + name.prefix(1).uppercased() + name.dropFirst() }
}
