public import WireJSON

/// QEMU's greeting when a monitor is connected.
public struct QMPGreeting: Sendable, Hashable, JSONDecodable {
    /// The version as three numbers, as in 10.0.2.
    public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// The first number, which grows once a year.
        public let major: Int
        /// The second number, which grows with each release.
        public let minor: Int
        /// The third number: of a stable update, or 50 and more before a release.
        public let micro: Int

        /// Creates a version; the parameters are its numbers.
        public init(major: Int, minor: Int, micro: Int) {
            self.major = major
            self.minor = minor
            self.micro = micro
        }

        /// The three numbers with dots between them.
        public var description: String { "\(major).\(minor).\(micro)" }

        /// Orders by the first number that differs.
        public static func < (left: Self, right: Self) -> Bool {
            (left.major, left.minor, left.micro) < (right.major, right.minor, right.micro)
        }
    }

    /// QEMU's version.
    public let version: Version
    /// The distributor's name of the build; empty if there is none.
    public let package: String
    /// Capabilities that may be enabled, as in `oob`.
    public let capabilities: [String]

    /// Creates a greeting, by default of a QEMU that offers no capabilities.
    public init(version: Version, package: String = "", capabilities: [String] = []) {
        self.version = version
        self.package = package
        self.capabilities = capabilities
    }

    /// Reads the value of the member `QMP`; a greeting without a version counts as version 0.0.0.
    public init(json: JSON) throws(JSONError) {
        let object = try JSONObject(json: json)
        let version = object["version"]
        let numbers = version?["qemu"]
        self.version = Version(
            major: numbers?["major"]?.intValue ?? 0,
            minor: numbers?["minor"]?.intValue ?? 0,
            micro: numbers?["micro"]?.intValue ?? 0,
        )
        package = version?["package"]?.stringValue ?? ""
        capabilities = object["capabilities"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// Whether commands can be executed out of band.
    public var offersOutOfBand: Bool { capabilities.contains("oob") }
}
