import WireJSON

/// A builder for QEMU's arguments: in JSON form where QEMU accepts it, escaped where it does not.
struct QEMUArguments {
    private(set) var list: [String] = []

    mutating func add(_ option: String) {
        list.append("-\(option)")
    }

    mutating func add(_ option: String, _ value: String) {
        list.append("-\(option)")
        list.append(value)
    }

    mutating func add(_ option: String, json: JSONObject) {
        add(option, JSON.object(json).description)
    }

    /// Adds an option of the form `first,key=value,key=value`; a comma in a value is doubled, as QEMU requires.
    mutating func add(_ option: String, _ first: String? = nil, keys: KeyValuePairs<String, String>) {
        let pairs = keys.map { "\($0.key)=\(Self.escaped($0.value))" }
        add(option, ((first.map { [Self.escaped($0)] } ?? []) + pairs).joined(separator: ","))
    }

    private static func escaped(_ value: String) -> String {
        value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
