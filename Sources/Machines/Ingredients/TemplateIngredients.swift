import HostSupport
import Quantities

/// Everything that the state in a template depends on, as names and values in a fixed order.
///
/// Two templates are interchangeable if and only if all of these are equal.
public struct TemplateIngredients: Hashable, Sendable {
    /// One thing that the state depends on.
    public struct Ingredient: Hashable, Codable, Sendable {
        /// Its name for people, as in `processor`.
        public let name: String
        /// The value as text, as in `qemu64`.
        public let value: String
        /// The message if it differs; nil shows both values.
        ///
        /// It is for a value that means nothing to people, such as a digest. It is neither compared nor stored.
        var change: String?

        private enum CodingKeys: String, CodingKey {
            case name, value
        }

        /// Compares name and value, which are all that is kept.
        public static func == (left: Self, right: Self) -> Bool {
            left.name == right.name && left.value == right.value
        }

        /// Hashes name and value.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(value)
        }
    }

    /// The ingredients, each name once, in the order in which they were first set.
    public private(set) var list: [Ingredient]

    /// Creates a list of ingredients, whose names must differ.
    public init(_ list: [Ingredient] = []) {
        self.list = list
    }

    /// Sets the value of the ingredient with this name.
    ///
    /// - Parameter change: The message of ``differences(from:)`` if it differs, as in `the image was rebuilt`; nil shows
    ///   both values, for values that people understand.
    public mutating func set(_ name: String, _ value: String, change: String? = nil) {
        let ingredient = Ingredient(name: name, value: value, change: change)
        if let index = list.firstIndex(where: { $0.name == name }) {
            list[index] = ingredient
        } else {
            list.append(ingredient)
        }
    }

    /// Adds other ingredients.
    public mutating func add(_ others: TemplateIngredients) {
        for other in others.list { set(other.name, other.value, change: other.change) }
    }

    /// A short text that is the same for the same ingredients.
    public var fingerprint: String {
        var hash = ShortHash()
        for text in list.flatMap({ [$0.name, $0.value] }) {
            hash.add(text)
            // Keeps "ab" + "c" apart from "a" + "bc".
            hash.add(0)
        }
        return hash.text
    }

    /// The value of the ingredient with this name; nil if there is none.
    package func value(of name: String) -> String? { list.first { $0.name == name }?.value }

    /// What differs from another set, one line each, as in `processor: was qemu64, is max`.
    public func differences(from earlier: TemplateIngredients) -> [String] {
        func shown(_ value: String) -> String { value.count <= 80 ? value : value.prefix(77) + "..." }
        var lines: [String] = []
        for ingredient in list {
            let before = earlier.list.first { $0.name == ingredient.name }
            if let change = ingredient.change, before != ingredient {
                lines.append(change)
                continue
            }
            guard let before else {
                lines.append("\(ingredient.name): is \(shown(ingredient.value)), was not there")
                continue
            }
            guard before.value != ingredient.value else { continue }
            lines.append("\(ingredient.name): was \(shown(before.value)), is \(shown(ingredient.value))")
        }
        for before in earlier.list where !list.contains(where: { $0.name == before.name }) {
            lines.append("\(before.name): was \(shown(before.value)), is not there")
        }
        return lines
    }
}
