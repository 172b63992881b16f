public import SystemPackage

/// The address of a monitor.
public enum QMPEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A unix socket that QEMU listens at; its path holds at most 107 bytes (103 on macOS).
    case unix(FilePath)
    /// A connected stream socket, which the connection takes over and closes.
    case descriptor(FileDescriptor)

    /// The socket's path, or the descriptor's number, for messages.
    public var description: String {
        switch self {
        case .unix(let path): path.string
        case .descriptor(let descriptor): "descriptor \(descriptor.rawValue)"
        }
    }
}
