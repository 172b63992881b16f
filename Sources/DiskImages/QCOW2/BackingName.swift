import HostSupport
public import SystemPackage
import WireJSON

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
        guard let fields = try? JSON.parse(Self.doubleQuoted(text)) else { return .remote(name) }
        let file = fields["file"]
        let driver = fields["driver"]?.stringValue
        // A bare protocol node (`{"driver": "file", "filename": …}`) leaves the format to be guessed.
        let isBare = driver == "file" && fields["filename"] != nil
        let fileDriver = isBare ? driver : fields["file.driver"]?.stringValue ?? file?["driver"]?.stringValue ?? "file"
        let path = isBare ? fields["filename"] : fields["file.filename"] ?? file?["filename"]
        guard fileDriver == "file" || fileDriver == "host_device", let path = path?.stringValue else {
            return .remote(name)
        }
        return .file(FilePath(path).absolute, format: isBare ? nil : driver)
    }

    /// The same text with strings in double quotes alone: QEMU also reads `{'driver': 'file'}`.
    private static func doubleQuoted(_ text: String) -> String {
        var result = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            switch (quote, character) {
            case (_?, _) where isEscaped:
                if quote == "'", character == "'" { result.removeLast() }
                result.append(character)
                isEscaped = false
                continue
            case (_?, "\\"): isEscaped = true
            case (nil, "\""), (nil, "'"):
                quote = character
                result.append("\"")
                continue
            case (let open?, _) where open == character:
                quote = nil
                result.append("\"")
                continue
            case ("'"?, "\""): result.append("\\")
            default: break
            }
            result.append(character)
        }
        return result
    }
}
