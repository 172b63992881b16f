import HostSupport
public import SystemPackage
import Yams

/// The base of an image as a header spells it.
///
/// QEMU takes a name without a protocol for a path, relative to the image's own directory; `file:` may stand before it;
/// `json:{…}` describes a block device in full; anything else with a colon before the first slash is a protocol.
public enum BackingName: Sendable, Hashable {
    /// A file, with the format that the name itself gives, as `json:` names can.
    case file(FilePath, format: String?)
    /// Something that is not a file on this host: `nbd://…`, `https://…`, or a `json:` name for such.
    case remote(String)

    /// Reads the name that the image at `image` records.
    public init(_ name: String, recordedBy image: FilePath) {
        if name.hasPrefix("json:") {
            self = Self.described(by: String(name.dropFirst(5)), name: name)
            return
        }
        if name.hasPrefix("file:") {
            self = .file(FilePath(String(name.dropFirst(5))).absolute, format: nil)
            return
        }
        if let colon = name.firstIndex(of: ":"), !name[..<colon].contains("/") {
            self = .remote(name)
            return
        }
        let path = FilePath(name)
        self = .file((path.isAbsolute ? path : image.removingLastComponent().pushing(path)).absolute, format: nil)
    }

    private static func described(by text: String, name: String) -> BackingName {
        // JSON is YAML, and the name is 1023 bytes at the most.
        guard let fields = try? Yams.compose(yaml: text)?.mapping else { return .remote(name) }
        let file = fields["file"]?.mapping
        let driver = fields["driver"]?.string
        // A bare protocol node (`{"driver": "file", "filename": …}`) leaves the format to be guessed.
        let isBare = driver == "file" && fields["filename"] != nil
        let fileDriver = isBare ? driver : fields["file.driver"]?.string ?? file?["driver"]?.string ?? "file"
        let path = isBare ? fields["filename"] : fields["file.filename"] ?? file?["filename"]
        guard fileDriver == "file" || fileDriver == "host_device", let path = path?.string else { return .remote(name) }
        return .file(FilePath(path).absolute, format: isBare ? nil : driver)
    }
}
