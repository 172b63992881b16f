/// Something in a seed that cloud-init would refuse, ignore or misread.
public struct SeedFinding: Sendable, Hashable, CustomStringConvertible {
    /// How serious it is.
    public enum Severity: String, Sendable, Hashable {
        /// cloud-init would not do what is written.
        case error
        /// It may be intended.
        case warning
    }

    /// The file of the seed that it is about.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        /// The user's own part.
        case userData = "user-data"
        /// The instance's identity.
        case metaData = "meta-data"
        /// The network's description.
        case networkConfig = "network-config"
        /// The part of whoever runs the machine.
        case vendorData = "vendor-data"
        /// The disk image around the files.
        case image
    }

    /// How much it matters.
    public let severity: Severity
    /// The file of the seed that it is about.
    public let part: Part
    /// The line, counted from 1; nil if it is about the whole file.
    public let line: Int?
    /// The column, counted from 1.
    public let column: Int?
    /// What is wrong, in one line.
    public let message: String
    /// What to write instead, in one line.
    public let hint: String

    /// The finding in one line, in the style of compilers: `user-data:3:1: error: message; hint`.
    public var description: String {
        let position = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
        return "\(part.rawValue)\(position): \(severity.rawValue): \(message); \(hint)"
    }
}
