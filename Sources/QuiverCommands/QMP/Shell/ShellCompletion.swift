import QAPI
import QAPISchema

/// The possible completions of the typed text.
struct ShellCompletion: Equatable {
    /// They replace the text after the last space or equals sign.
    let words: [String]
    /// The character after a complete word: a space, or none if more of it has to be typed.
    let follower: UInt8?

    /// Finds what this QEMU has.
    init(typed: String, gate: SchemaGate) {
        let words = typed.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let last = words.last ?? ""
        let before = words.dropLast().filter { !$0.isEmpty }
        switch before.first {
        case nil:
            self.words = Self.names(["exit", "help"] + Self.commands(gate), beginning: last)
            follower = UInt8(ascii: " ")
        case "help":
            let definitions = gate.compiled.schema.definitions.map(\.name)
            self.words = Self.names(definitions, beginning: last)
            follower = nil
        case let command?:
            if let equals = last.lastIndex(of: "=") {
                let values = MonitorArguments.values(of: String(last[..<equals]), command: command)
                self.words = Self.names(values, beginning: String(last[last.index(after: equals)...]))
                follower = UInt8(ascii: " ")
            } else {
                let members = MonitorArguments.members(after: last, command: command)
                self.words = Self.names(members.filter { Self.has(command, $0, gate) }, beginning: last)
                follower = nil
            }
        }
    }

    /// The common beginning of all words.
    var commonBeginning: String {
        guard let first = words.first else { return "" }
        return words.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    }

    private static func commands(_ gate: SchemaGate) -> [String] {
        gate.live.infos.filter { $0.metaType == .command }.map(\.name)
    }

    /// Whether this QEMU has the member; `name=` or `name.`.
    private static func has(_ command: String, _ member: String, _ gate: SchemaGate) -> Bool {
        gate.compiled.command(command)?.isOpen ?? false
            || gate.supports(command: command, argument: String(member.dropLast()))
    }

    private static func names(_ names: [String], beginning: String) -> [String] {
        names.filter { $0.hasPrefix(beginning) }.sorted()
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
