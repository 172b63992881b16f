public import SystemPackage

/// A file or directory of the host that is copied into a guest.
public struct HostSource: Hashable, Sendable {
    /// The path on the host.
    public var path: FilePath
    /// Whether what is in a directory is copied, instead of the directory with what is in it.
    public var takesContents: Bool

    /// Creates a source; a directory is copied as a whole unless `takesContents` is set.
    public init(_ path: FilePath, takesContents: Bool = false) {
        self.path = path
        self.takesContents = takesContents
    }

    /// Reads a path as a person writes it: a slash at its end stands for what is in the directory.
    public init(text: String) {
        let last = text.split(separator: "/", omittingEmptySubsequences: false).last
        self.init(FilePath(text), takesContents: last == "" || last == "." || last == "..")
    }

    var rsyncArgument: String {
        // A colon in a path that does not begin with a slash or a dot would make it a remote one.
        let text = path.isRelative ? "./\(path)" : path.string
        return takesContents ? "\(text)/" : text
    }
}
