/// The facts of one of QEMU's interfaces, of one version or of several merged ones.
public struct Schema: Sendable {
    /// Which of QEMU's interfaces this is.
    public enum Interface: String, Sendable {
        /// The monitor of QEMU itself.
        case qmp
        /// The guest agent.
        case qga
    }

    /// The definitions of one of QEMU's schema files, in its order.
    public struct Module: Sendable {
        /// The file's name without its ending, as in `run-state`.
        public let name: String
        /// The definitions, in the order of the file.
        public var definitions: [Definition]

        /// Creates a module; the parameters are its properties.
        public init(name: String, definitions: [Definition]) {
            self.name = name
            self.definitions = definitions
        }
    }

    /// Which of QEMU's interfaces the facts are of.
    public let interface: Interface
    /// The versions that the facts come from, newest first, as in `11.1.3`.
    public let versions: [String]
    /// The modules, in QEMU's order.
    public var modules: [Module]

    /// Creates a schema; the parameters are its properties.
    public init(interface: Interface, versions: [String], modules: [Module]) {
        self.interface = interface
        self.versions = versions
        self.modules = modules
    }

    /// The version after the last that had a thing, as in `10.0` for `7.2`; nil for the newest.
    public func successor(of last: String) -> String? {
        let minors = versions.map { $0.split(separator: ".").prefix(2).joined(separator: ".") }
        guard let index = minors.firstIndex(of: last), index > 0 else { return nil }
        return minors[index - 1]
    }

    /// All definitions, module after module.
    public var definitions: [Definition] { modules.flatMap(\.definitions) }
}
