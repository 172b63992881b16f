/// Divides a module's declarations among files that are named for what they hold, such as `BlockdevOptions`.
struct FileGroups {
    /// A group with fewer lines than this shares a file with others.
    private static let least = 150

    /// The files' names with their declarations, both in the order of the schema.
    ///
    /// - Parameters:
    ///   - rest: The name of the file for what is in no group.
    ///   - suffix: What the names of files end with that hold no types, as in `BlockJobCommands`.
    static func divide(_ declarations: [SourceText], rest: String, suffix: String) -> [(name: String, [SourceText])] {
        let names = declarations.map { words(of: name(of: $0) ?? "") }
        let families = sizes(zip(names, declarations).map { ($0.prefix(2).joined(), $1) })
        let others = zip(names, declarations).filter { families[$0.0.prefix(2).joined(), default: 0] < least }
        let kinds = sizes(others.map { ($0.0.first ?? "", $0.1) })
        var order: [String] = []
        var files: [String: [SourceText]] = [:]
        for (words, declaration) in zip(names, declarations) {
            let family = words.prefix(2).joined()
            let kind = words.first ?? ""
            let name =
                if families[family, default: 0] >= least {
                    family + (suffix == "Types" ? "" : suffix)
                } else if kinds[kind, default: 0] >= least {
                    kind + suffix
                } else {
                    rest
                }
            if files[name] == nil { order.append(name) }
            files[name, default: []].append(declaration)
        }
        return order.map { ($0, files[$0] ?? []) }
    }

    private static func sizes(_ declarations: [(String, SourceText)]) -> [String: Int] {
        var sizes: [String: Int] = [:]
        for (name, declaration) in declarations { sizes[name, default: 0] += declaration.formattedCount }
        return sizes
    }

    /// The name of the type that a declaration is of, or extends.
    static func name(of declaration: SourceText) -> String? {
        for line in declaration.lines where line.hasPrefix("public ") || line.hasPrefix("extension ") {
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
            guard let place = words.firstIndex(where: { ["struct", "enum", "class", "extension"].contains($0) }),
                words.count > place + 1
            else { continue }
            return words[place + 1]
        }
        return nil
    }

    /// The words of a name in camel case: `Blockdev`, `Options`, `Qcow2`; `QMP`, `Job`.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        let characters = Array(name)
        for (place, character) in characters.enumerated() {
            let follows = place > 0 ? characters[place - 1] : "a"
            let precedes = place + 1 < characters.count ? characters[place + 1] : "A"
            let begins =
                character.isUppercase && (!follows.isUppercase || precedes.isLowercase) || words.isEmpty
            if begins { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }
}
