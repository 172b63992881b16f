import HostSupport
public import Quantities
public import SystemPackage

/// Disk images that hold only what differs from a base image, in QEMU's qcow2 format.
public enum Overlay {
    /// Writes an empty overlay: reads come from `base`, writes stay in the overlay.
    ///
    /// - Parameters:
    ///   - path: The overlay's file, which must not exist.
    ///   - base: The base image. Its absolute path is recorded, so the overlay may lie anywhere.
    ///   - baseFormat: The base's format, which is recorded too: guessing it would let a guest choose it.
    ///   - size: The disk's size for the guest; at least the base's. Nil takes the base's.
    /// - Throws: ``CloudImagesError`` with code `badImage` when the base cannot be read, `unsupported` for a size below
    ///   the base's, `cannotWrite` when the overlay exists or cannot be written.
    public static func create(
        at path: FilePath,
        base: FilePath,
        baseFormat: DiskFormat = .qcow2,
        size: ByteCount? = nil,
    ) throws(CloudImagesError) {
        let base = base.absolute
        let baseSize = try DiskFacts.virtualSize(of: base, format: baseFormat)
        let size = size ?? baseSize
        guard size >= baseSize else {
            throw CloudImagesError(
                .unsupported,
                "\(path): \(size) is smaller than its base \(base), which has \(baseSize)"
            )
        }
        let image = QCOW2Header.emptyImage(size: size, backingFile: base.string, backingFormat: baseFormat.rawValue)
        do {
            let file = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite],
            )
            _ = try file.closeAfter { try file.writeAll(image) }
        } catch {
            let reason = error as? Errno ?? .ioError
            let mend = reason == .fileExists ? "; remove it or choose another name" : ""
            throw CloudImagesError(
                .cannotWrite,
                "\(FileFailure("create the overlay", path, reason))\(mend)",
                cause: error
            )
        }
    }
}

/// The formats of disk images that Quiver makes and boots.
public enum DiskFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case qcow2
    case raw
}
