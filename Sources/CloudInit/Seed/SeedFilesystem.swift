/// The file system of a seed's image; cloud-init reads both.
public enum SeedFilesystem: String, Sendable, Hashable, CaseIterable {
    /// ISO 9660 with Joliet and Rock Ridge names.
    case iso9660
    /// FAT with long names.
    case vfat
}
