import HostSupport
public import Quantities
public import SystemPackage

/// Disk images that hold only the changes to a base image, in QEMU's qcow2 format.
public enum Overlay {
    /// Creates an empty overlay: reads come from `base`, writes stay in the overlay.
    ///
    /// The overlay also records the base's length and modification time, with which ``OverlayCheck`` later detects
    /// whether the base was modified, and finds it after it was moved.
    /// - Parameters:
    ///   - path: The overlay's file, which must not exist.
    ///   - base: The base image. Its absolute path is recorded, so the overlay may be anywhere.
    ///   - baseFormat: The base's format, which is recorded too: if QEMU guessed it, a guest could choose it.
    ///   - size: The disk's size for the guest, rounded up to a whole sector; at least the base's. Nil keeps the
    ///     base's.
    /// - Throws: ``DiskImageError`` with code `unreadable` or `badImage` if the base cannot be used, `badSize` for a
    ///   size below the base's or above 2 PiB, `cannotWrite` if the overlay exists or cannot be written.
    public static func create(
        at path: FilePath,
        base: FilePath,
        baseFormat: DiskFormat = .qcow2,
        size: ByteCount? = nil,
    ) throws(DiskImageError) {
        let base = base.absolute
        let file = try DiskFile(base)
        let baseSize = try DiskFacts(of: file, at: base, format: baseFormat).virtualSize
        let wanted = size ?? baseSize
        guard wanted <= QCOW2Header.largestDisk else {
            throw DiskImageError(
                .badSize,
                "\(path): \(wanted) is too large for a disk; \(QCOW2Header.largestDisk) is the most"
            )
        }
        let size = ByteCount((wanted.bytes + 511) / 512 * 512)
        guard size >= baseSize else {
            throw DiskImageError(
                .badSize,
                "\(path): \(size) is smaller than its base \(base), which has \(baseSize); use at least that size"
            )
        }
        guard base.string.utf8.count <= 1023 else {
            throw DiskImageError(.unsupported, "\(base): the path is longer than the 1023 bytes that a header holds")
        }
        let image = QCOW2Header.emptyImage(
            size: size,
            base: QCOW2Header.BaseReference(
                file: base.string,
                format: baseFormat.rawValue,
                identity: BaseIdentity(backingFile: base.string, base: file),
            ),
        )
        do {
            try DiskEdit.create(path, image.bytes, fileSize: image.fileSize)
        } catch {
            let failure = FileFailure("create", path, error)
            let hint = error == .fileExists ? "remove it or choose another name" : failure.hint
            throw DiskImageError(.cannotWrite, "\(failure.message)\(hint.map { "; \($0)" } ?? "")", cause: failure)
        }
    }
}
