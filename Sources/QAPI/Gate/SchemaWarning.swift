/// Something that works with this QEMU but may not work with the next.
public struct SchemaWarning: Sendable, Hashable, CustomStringConvertible {
    /// Why.
    public enum Reason: String, Sendable {
        case deprecated
        case unstable
    }

    /// The command and the path in its arguments, as in `blockdev-add: file.x-foo`.
    public let path: String
    public let reason: Reason

    public var description: String {
        switch reason {
        case .deprecated: "\(path) is deprecated: a later QEMU may remove it"
        case .unstable: "\(path) is unstable: another QEMU may change or remove it"
        }
    }
}
