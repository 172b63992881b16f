public import Quantities
public import SystemPackage

/// What an image is built from and how.
public struct ImageRecipe: Sendable, Hashable {
    /// The disk's size for the guest; the file holds only what is used.
    public var size: ByteCount = .gibibytes(8)
    /// Where the packages are, as URLs of mirrors of Debian's archive; empty takes those that apt is configured to use.
    ///
    /// A mirror with a folder whose name ends in `-security` has the security updates, and any other one the release.
    public var mirrors: [String] = []
    /// The public keys by which packages are known to be the archive's.
    public var keyring: FilePath = "/usr/share/keyrings/debian-archive-keyring.gpg"

    /// Creates a recipe for a disk of 8 GiB with packages from apt's own mirrors.
    public init() {}
}
