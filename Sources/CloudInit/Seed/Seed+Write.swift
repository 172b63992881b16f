import HostSupport
public import SystemPackage

extension Seed {
    /// The label by which cloud-init knows the volume.
    public static let volumeLabel = "cidata"

    /// Writes the seed as a disk image with the volume label `cidata`.
    ///
    /// The same seed gives the same bytes but for the time of making that ISO 9660 demands.
    /// - Throws: ``CloudInitError`` with code `cannotWrite`.
    public func write(to path: FilePath, as filesystem: SeedFilesystem = .iso9660) throws(CloudInitError) {
        let image = try image(filesystem)
        do {
            try WholeFile.write(image, to: path)
        } catch {
            throw CloudInitError(.cannotWrite, "\(error)", cause: error)
        }
    }

    /// The seed as the bytes of a disk image.
    public func image(_ filesystem: SeedFilesystem = .iso9660) throws(CloudInitError) -> [UInt8] {
        let files = try files()
        return switch filesystem {
        case .iso9660: try ISOImage(files: files).bytes()
        case .vfat: try FATImage(files: files).bytes()
        }
    }

    /// The seed's files as a tar archive, for systems that are installed without a disk for the seed.
    ///
    /// - Parameter directory: The directory that the files lie in within the archive, as in `var/lib/cloud/seed/nocloud`.
    public func archive(in directory: FilePath = "") throws(CloudInitError) -> [UInt8] {
        let files = try files().map { (name: directory.appending($0.name).string, bytes: $0.bytes) }
        return try TarArchive(files: files).bytes()
    }
}
