import LibC
import SystemPackage

extension FileDescriptor {
    /// Whether the descriptor is a terminal.
    var isTerminal: Bool { isatty(rawValue) == 1 }
}
