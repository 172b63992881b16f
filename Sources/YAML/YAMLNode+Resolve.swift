extension YAMLNode.Tag {
    private static let bools: Set<String> = [
        "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON",
        "off", "Off", "OFF",
    ]

    /// What a scalar without quotes and tag is, by the patterns of YAML 1.1 as PyYAML has them.
    init(resolving text: String) {
        if text.isEmpty || ["~", "null", "Null", "NULL"].contains(text) {
            self = .null
        } else if Self.bools.contains(text) {
            self = .bool
        } else if text == "<<" {
            self = .merge
        } else if text.utf8.first.map({ !Self.startsNumber($0) }) ?? true {
            self = .string
        } else if Self.isInt(text) {
            self = .int
        } else if Self.isFloat(text) {
            self = .float
        } else if Self.isTimestamp(text) {
            self = .timestamp
        } else {
            self = .string
        }
    }

    /// The tag that a text names.
    init(named name: String) {
        switch name {
        case "tag:yaml.org,2002:str", "!": self = .string
        case "tag:yaml.org,2002:bool": self = .bool
        case "tag:yaml.org,2002:int": self = .int
        case "tag:yaml.org,2002:float": self = .float
        case "tag:yaml.org,2002:timestamp": self = .timestamp
        case "tag:yaml.org,2002:null": self = .null
        case "tag:yaml.org,2002:merge": self = .merge
        default: self = .other(name)
        }
    }

    private static func startsNumber(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "+-.".utf8.contains(byte)
    }

    private static func isInt(_ text: String) -> Bool {
        text.wholeMatch(
            of: /[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)/
        ) != nil
    }

    private static func isFloat(_ text: String) -> Bool {
        text.wholeMatch(
            of: /[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|\.(inf|Inf|INF))/
        ) != nil || text.wholeMatch(of: /\.[0-9][0-9_]*([eE][-+][0-9]+)?|\.(nan|NaN|NAN)/) != nil
    }

    private static func isTimestamp(_ text: String) -> Bool {
        let date = /[0-9]{4}-[0-9]{2}-[0-9]{2}/
        let time =
            /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?/
        return text.wholeMatch(of: date) != nil || text.wholeMatch(of: time) != nil
    }
}
