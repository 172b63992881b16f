/// What a seed's meta-data says of the instance.
enum SeedIdentity {
    /// An instance-id that is the same exactly when the texts are the same.
    static func instanceID(of texts: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in texts {
            // A zero byte after each text keeps "ab" + "c" apart from "a" + "bc".
            for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return "quiver-" + String(hash, radix: 16)
    }

    /// The meta-data in YAML.
    static func metaData(instanceID: String, hostname: String, publicKeys: [String]) -> String {
        let keys = publicKeys.map { "  - \(quoted($0))\n" }.joined()
        return "instance-id: \(quoted(instanceID))\nlocal-hostname: \(quoted(hostname))\npublic-keys:\n\(keys)"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
