public import SystemPackage

/// How a user names an image: `debian:12`, `ubuntu:24.04:arm64`, the name of an imported image, or a file.
public struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    /// What the reference leads to.
    public enum Target: Sendable, Hashable {
        /// An image of the store, by its name and architecture.
        case stored(name: String, architecture: ImageArchitecture)
        /// A disk image outside the store.
        case file(FilePath)
    }

    /// The text as the user gave it.
    public let description: String
    /// What the text stands for.
    public let target: Target

    /// Reads a reference.
    ///
    /// Text with a slash, or with the ending of a disk image, is a file's path. Otherwise it is a name with an optional
    /// `:amd64` or `:arm64` at its end; without one the host's architecture is meant.
    /// - Throws: ``CloudImagesError`` with code `badReference`.
    public init(_ text: String) throws(CloudImagesError) {
        description = text
        if text.contains("/") || [".qcow2", ".img", ".raw"].contains(where: text.hasSuffix) {
            target = .file(FilePath(text))
            return
        }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let architecture = parts.count > 1 ? parts.last.flatMap(ImageArchitecture.init) : nil
        if architecture != nil { parts.removeLast() }
        // The store names a file after it.
        let allowed =
            text.utf8.count <= 100
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasPrefix("-")
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }
            }
        guard allowed, parts.count <= 2 else {
            throw CloudImagesError(
                .badReference,
                "\"\(text)\" is not a valid image name; use e.g. debian:12 or ubuntu:24.04:arm64, or a file's path",
            )
        }
        target = .stored(name: parts.joined(separator: ":"), architecture: architecture ?? .host)
    }
}
