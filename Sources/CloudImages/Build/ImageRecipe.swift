public import Quantities
public import SystemPackage

/// How an image is built.
public struct ImageRecipe: Sendable, Hashable {
    /// The disk's size in the guest; the file only holds what is used.
    public var size: ByteCount = .gibibytes(8)
    /// Where the packages are, as URLs of mirrors of Debian's archive; empty uses those that apt is configured to use.
    ///
    /// A mirror with a directory whose name ends in `-security` has the security updates, and any other one the
    /// release.
    public var mirrors: [String] = []
    /// The public keys that the archive's packages are verified with.
    public var keyring: FilePath = "/usr/share/keyrings/debian-archive-keyring.gpg"

    /// Creates a recipe for a disk of 8 GiB with packages from apt's own mirrors.
    public init() {}
}
