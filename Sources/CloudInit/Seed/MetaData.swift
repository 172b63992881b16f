import Digests

/// The instance that a seed is for, as its meta-data tells cloud-init.
public struct MetaData: Sendable, Hashable {
    /// If it changes, cloud-init treats the machine as new and applies the seed again.
    public var instanceID: String
    /// The guest's host name; nil leaves the image's.
    public var hostname: String?
    /// Public keys, as OpenSSH writes them, for the image's default user.
    ///
    /// They are added to the keys of the user-data, where those of a vendor-data would be replaced by them.
    public var publicKeys: [String]
    /// When the seed is applied: `local` before the network is up, `net` after it; nil leaves it to cloud-init.
    public var mode: String?
    /// The network as a Debian `interfaces` file describes it; a network-config takes its place.
    public var interfaces: String?

    /// Creates meta-data; the parameters are its properties.
    public init(
        instanceID: String,
        hostname: String? = nil,
        publicKeys: [String] = [],
        mode: String? = nil,
        interfaces: String? = nil,
    ) {
        self.instanceID = instanceID
        self.hostname = hostname
        self.publicKeys = publicKeys
        self.mode = mode
        self.interfaces = interfaces
    }

    /// An instance-id derived from the texts.
    ///
    /// Changed content is thus a new instance, and cloud-init applies it; with a known instance-id, cloud-init would
    /// ignore changed user-data.
    public static func instanceID(of texts: [String]) -> String {
        // The length before each text keeps "ab" and "c" apart from "a" and "bc".
        let bytes = texts.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
        return "quiver-" + FileDigest.sha256(of: bytes).prefix(16)
    }

    /// The meta-data as YAML.
    public var text: String {
        var lines = ["instance-id: \(Self.quoted(instanceID))"]
        if let hostname { lines.append("local-hostname: \(Self.quoted(hostname))") }
        if let mode { lines.append("dsmode: \(Self.quoted(mode))") }
        if let interfaces { lines.append("network-interfaces: \(Self.quoted(interfaces))") }
        if !publicKeys.isEmpty { lines.append("public-keys:") }
        lines += publicKeys.map { "  - \(Self.quoted($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Quoted so that the text stays on one line whatever is in it.
    private static func quoted(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"]
        return "\"" + text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined() + "\""
    }
}

extension Seed {
    /// The instance-id in the meta-data; nil when there is none.
    public var instanceID: String? { MetaDataCheck(metaData).instanceID }
}
