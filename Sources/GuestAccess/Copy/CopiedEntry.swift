import WireJSON

/// A file, directory or link that is copied, or something that cannot be.
package struct CopiedEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// - Parameter size: In bytes.
        case file(size: Int64)
        case directory
        case link(to: String)
        /// A device, a pipe or a socket.
        case special
        /// Its name, or the target of a link, is not UTF-8; the entry has it with escapes.
        case unnameable
    }

    /// Relative to the tree that is copied, as in `a/b`.
    package let name: String
    package let kind: Kind
    /// Permission bits, with set-user-id, set-group-id and sticky.
    package let mode: UInt32
    /// In nanoseconds since 1970.
    package let modified: Int64

    package init(name: String, kind: Kind, mode: UInt32, modified: Int64) {
        self.name = name
        self.kind = kind
        self.mode = mode
        self.modified = modified
    }

    /// Reads an entry from a guest; nil if it is not valid.
    ///
    /// - Parameter directory: The name of the directory that it is in, relative to the tree; empty for the tree itself.
    init?(guest json: JSON, in directory: String) {
        guard let object = json.objectValue, let own = object["name"]?.stringValue,
            let mode = object["mode"]?.intValue, let modified = object["modified"]?.intValue,
            let bits = UInt32(exactly: mode), let kind = Self.kind(object)
        else { return nil }
        name = directory.isEmpty ? own : "\(directory)/\(own)"
        // A name that contains a slash would be in a directory that was not listed.
        self.kind = own.utf8.contains(UInt8(ascii: "/")) ? .unnameable : kind
        self.mode = bits & 0o7777
        self.modified = Int64(modified)
    }

    private static func kind(_ object: JSONObject) -> Kind? {
        switch object["kind"]?.stringValue {
        case "file": object["size"]?.intValue.flatMap { $0 < 0 ? nil : .file(size: Int64($0)) }
        case "folder": .directory
        case "link": object["target"]?.stringValue.map { .link(to: $0) }
        case "special": .special
        case "unnameable": .unnameable
        default: nil
        }
    }

    /// The same with another name.
    func renamed(_ name: String) -> Self {
        CopiedEntry(name: name, kind: kind, mode: mode, modified: modified)
    }

    /// In bytes; zero for what is not a file.
    var size: Int64 { if case .file(let size) = kind { size } else { 0 } }

    var isDirectory: Bool { kind == .directory }

    var isFile: Bool { if case .file = kind { true } else { false } }

    var isLink: Bool { if case .link = kind { true } else { false } }
}

extension CopiedEntry {
    /// Why this entry of a guest must not be created on the host; nil if it may be.
    var objection: String? {
        let components = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard components.allSatisfy(GuestPath.isSafe(component:)) else { return "its name is not allowed here" }
        switch kind {
        case .file, .directory: return nil
        case .link(let target):
            return Self.staysInside(target, depth: components.count - 1) ? nil : "it links outside the copied directory"
        case .special: return "it is a device, a pipe or a socket"
        case .unnameable: return "it has a name that is not allowed here"
        }
    }

    /// Whether a link stays in the tree, whatever other such links there are in it.
    ///
    /// Its `..` must come first: after the name of another link they would go up from that link's target.
    ///
    /// - Parameter depth: How many directories of the tree the link is in.
    static func staysInside(_ target: String, depth: Int) -> Bool {
        guard !target.isEmpty, target.utf8.count < 4096, !target.hasPrefix("/"),
            !target.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return false }
        let components = target.split(separator: "/").filter { $0 != "." }
        let rising = components.prefix { $0 == ".." }.count
        return rising <= depth && !components.dropFirst(rising).contains("..")
    }

    /// The name for display, with control characters escaped.
    var shownName: String { Self.shown(name) }

    static func shown(_ name: String) -> String { GuestText.shown(name) }
}
