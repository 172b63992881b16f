/// A vendor's image: where it is, and how its content is verified.
public struct CatalogEntry: Sendable, Hashable {
    /// How a vendor signs its list of digests.
    public enum Signature: Sendable, Hashable {
        /// Not at all.
        case none
        /// In a separate file, at this URL.
        case detached(url: String)
        /// In the list itself.
        case inline
    }

    /// The name, as in `debian:12`.
    public let name: String
    /// The processor architecture of the image's guests.
    public let architecture: ImageArchitecture
    /// The disk image's URL.
    public let url: String
    /// The URL of the list that holds the image's digest.
    public let digestsURL: String
    /// How the vendor signs the list of digests.
    public let signature: Signature
    /// Key rings with the vendor's keys, of which the first existing one is used.
    public let keyrings: [String]
    /// The Debian package with the key ring.
    public let keyringPackage: String?
    /// The user that cloud-init creates in the image.
    public let defaultUser: String

    /// The disk image's name in the list of digests.
    public var fileName: String { url.split(separator: "/").last.map(String.init) ?? url }
}
