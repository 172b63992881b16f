/// What cloud-init's NoCloud data source reads at a machine's first boot.
///
/// The four parts are passed on as they are: ``userData`` may be cloud-config, a `#!` script, `#include`, a Jinja
/// template or a MIME multi-part message. Source: cloud-init's documentation of the NoCloud data source.
public struct Seed: Sendable, Hashable {
    /// The user's own part.
    public var userData: String
    /// Whether ``userData`` is stored compressed by gzip; cloud-init unpacks it.
    public var compressesUserData = false
    /// The instance's identity: at least `instance-id`.
    public var metaData: String
    /// The network's description, version 1 or 2; nil lets cloud-init use DHCP on the first card.
    public var networkConfig: String?
    /// The part of whoever runs the machine, which user-data overrides.
    public var vendorData: String?

    /// Creates a seed whose user-data is stored uncompressed; the parameters are its properties.
    public init(userData: String, metaData: String, networkConfig: String? = nil, vendorData: String? = nil) {
        self.userData = userData
        self.metaData = metaData
        self.networkConfig = networkConfig
        self.vendorData = vendorData
    }

    /// The files of the seed by name, in the order in which they are written.
    public var parts: [(name: String, text: String)] {
        var files = [(name: "meta-data", text: metaData), (name: "user-data", text: userData)]
        if let vendorData { files.append(("vendor-data", vendorData)) }
        if let networkConfig { files.append(("network-config", networkConfig)) }
        return files
    }

    /// The files of the seed as they are stored.
    package func files() throws(CloudInitError) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for part in parts {
            let bytes = Array(part.text.utf8)
            let isCompressed = compressesUserData && part.name == SeedFinding.Part.userData.rawValue
            files.append((part.name, isCompressed ? try Gzip.pack(bytes) : bytes))
        }
        return files
    }
}
