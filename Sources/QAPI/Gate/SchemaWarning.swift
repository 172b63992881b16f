/// Something that works with this QEMU but may not work with the next.
public struct SchemaWarning: Sendable, Hashable, CustomStringConvertible {
    /// Why.
    public enum Reason: String, Sendable {
        /// A later QEMU may not have it.
        case deprecated
        /// Any other QEMU may do it differently or not at all.
        case unstable
    }

    /// The command and the path in its arguments, as in `blockdev-add: file.x-foo`.
    public let path: String
    /// Why the next QEMU may not have it.
    public let reason: Reason

    /// The warning as a sentence that names the path.
    public var description: String {
        switch reason {
        case .deprecated: "\(path) is deprecated: a later QEMU may remove it"
        case .unstable: "\(path) is unstable: another QEMU may change or remove it"
        }
    }
}
