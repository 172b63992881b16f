import WireJSON

/// A file, link or directory to write in a guest.
package struct GuestFile: Sendable {
    package enum Content: Sendable {
        case file([UInt8])
        case link(to: String)
        case directory
    }

    /// Relative to the directory that it is written below.
    package let name: String
    package let content: Content
    /// Its permissions, which a link has none of; nil leaves them to the guest.
    package let mode: UInt32?
    /// When a file was last modified, in nanoseconds since 1970; nil is now.
    package let modified: Int64?

    package init(_ name: String, _ content: Content, mode: UInt32? = nil, modified: Int64? = nil) {
        self.name = name
        self.content = content
        self.mode = mode
        self.modified = modified
    }

    /// In the form for the helper.
    var json: JSON {
        var object: JSONObject = ["name": .string(name)]
        switch content {
        case .file(let bytes): object.set("content", Base64.encoded(bytes))
        case .link(let target): object.set("target", target)
        case .directory: break
        }
        object.set("mode", mode.map(Int64.init))
        object.set("modified", modified)
        return .object(object)
    }
}
