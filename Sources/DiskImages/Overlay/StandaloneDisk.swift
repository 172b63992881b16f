import HostSupport
public import Quantities
public import SystemPackage

/// Disk images in QEMU's qcow2 format that do not depend on another file.
public enum StandaloneDisk {
    /// Creates an empty image, which reads as zeros.
    ///
    /// - Parameters:
    ///   - path: The image's file, which must not exist.
    ///   - size: The disk's size for the guest, rounded up to a whole sector; 2 PiB at most.
    /// - Throws: ``DiskImageError`` with code `badSize` or `cannotWrite`.
    public static func create(at path: FilePath, size: ByteCount) throws(DiskImageError) {
        guard size <= QCOW2Header.largestDisk else {
            throw DiskImageError(
                .badSize,
                "\(path): \(size) is too large for a disk; \(QCOW2Header.largestDisk) is the most"
            )
        }
        let image = QCOW2Header.emptyImage(size: ByteCount((size.bytes + 511) / 512 * 512), base: nil)
        try write(image.bytes, fileSize: image.fileSize, to: path)
    }

    /// Creates an image with the content of a raw one, for small ones such as a firmware's variables.
    ///
    /// - Parameters:
    ///   - path: The image's file, which must not exist.
    ///   - raw: The raw image, of 512 MiB at most.
    /// - Throws: ``DiskImageError`` with code `unreadable` or `cannotWrite`.
    public static func create(at path: FilePath, copying raw: FilePath) throws(DiskImageError) {
        let content: [UInt8]
        do {
            content = try WholeFile.read(raw, limit: Int(QCOW2Header.largestContent.bytes))
        } catch {
            throw DiskImageError(.unreadable, "\(error)", cause: error)
        }
        let bytes = QCOW2Header.image(holding: content)
        try write(bytes, fileSize: bytes.count, to: path)
    }

    private static func write(_ bytes: [UInt8], fileSize: Int, to path: FilePath) throws(DiskImageError) {
        do {
            try DiskEdit.create(path, bytes, fileSize: fileSize)
        } catch {
            let failure = FileFailure("create the disk image", path, error)
            throw DiskImageError(.cannotWrite, "\(failure)", cause: failure)
        }
    }
}
