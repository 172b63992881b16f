import YAML

/// The cloud-configs that a user-data is made of: itself, or parts of a MIME message or an archive.
struct CloudConfigTexts {
    struct Item: Equatable {
        let text: String
        /// Whether it is a template: what it says is known in the guest alone.
        let isTemplate: Bool
    }

    private(set) var items: [Item] = []

    /// - Parameter userData: What cannot be read here, such as what an `#include` leads to, is left out.
    init(_ userData: String) {
        add(userData, isTemplate: false)
    }

    private mutating func add(_ text: String, isTemplate: Bool) {
        switch UserDataForm(text) {
        case .cloudConfig: items.append(Item(text: text, isTemplate: isTemplate))
        case .jinja: addTemplate(text)
        case .multipart: addParts(of: MultipartMessage(text), isTemplate: isTemplate)
        case .cloudConfigArchive: addParts(ofArchive: text, isTemplate: isTemplate)
        case .empty, .script, .includes, .boothook, .partHandler, .unknown: break
        }
    }

    /// A template is what its second line says, and one without anything to fill in is certain.
    private mutating func addTemplate(_ text: String) {
        let lines = TextLines.of(text)
        let header = lines.firstIndex { !TextLines.isBlank($0) } ?? 0
        let rest = lines[(header + 1)...].joined(separator: "\n")
        let plain = rest.replacing(/\{%.*?%\}|\{#.*?#\}/.dotMatchesNewlines(), with: "")
            .replacing(/\{\{.*?\}\}/.dotMatchesNewlines(), with: "x")
        add(plain, isTemplate: plain != rest)
    }

    private mutating func addParts(of message: MultipartMessage, isTemplate: Bool) {
        for part in message.parts {
            guard let text = part.decoded else { continue }
            switch part.type {
            case "text/cloud-config": items.append(Item(text: text, isTemplate: isTemplate))
            case "text/plain", "text/jinja2": add(text, isTemplate: isTemplate)
            default: break
            }
        }
    }

    private mutating func addParts(ofArchive text: String, isTemplate: Bool) {
        for part in (try? YAMLDocument.root(of: text))?.sequence ?? [] {
            guard let content = part.string ?? part["content"]?.string else { continue }
            if part["type"]?.string == "text/cloud-config" {
                items.append(Item(text: content, isTemplate: isTemplate))
            } else {
                add(content, isTemplate: isTemplate)
            }
        }
    }
}
