import DiskImages
import HostSupport
import LibC
public import Quantities
public import SystemPackage

/// A stored image with its sizes and users.
public struct StoredImage: Sendable {
    /// The image itself.
    public let image: Image
    /// The disk's size as the guest sees it; nil when its header cannot be read.
    public let virtualSize: ByteCount?
    /// The disk space of the image's files.
    public let occupiedSize: ByteCount
    /// The overlays that depend on it.
    public let usedBy: [FilePath]
}

/// The result of verifying an image.
public enum ImageVerdict: Sendable, Hashable {
    /// The disk's digest is the same as when it was stored.
    case whole
    /// The disk was modified; `actual` is its digest.
    case changed(actual: String)
    /// The image has no digest to compare with.
    case unknown
}

extension ImageStore {
    /// The images with their sizes and who uses them, by name.
    public func inventory() -> [StoredImage] {
        let use = ImageUse(in: overlayDirectories)
        return list().map { stored($0, use: use) }
    }

    private func stored(_ image: Image, use: ImageUse) -> StoredImage {
        StoredImage(
            image: image,
            virtualSize: try? DiskFacts.read(image.disk, format: image.format).virtualSize,
            occupiedSize: Directory.occupiedSize(of: image.disk.removingLastComponent()),
            usedBy: use.overlays(on: image.disk),
        )
    }

    /// Removes an image, unless overlays depend on it.
    ///
    /// - Parameter isForced: Remove it anyway; those overlays will not work again.
    /// - Returns: What was freed.
    /// - Throws: ``CloudImagesError`` with code `unknownImage` or `inUse`; `FileFailure`.
    @discardableResult
    public func remove(_ reference: ImageReference, isForced: Bool = false) throws -> ByteCount {
        guard case .stored(let name, let architecture) = reference.target else {
            throw CloudImagesError(.badReference, "\(reference): is a file, not a stored image; use rm")
        }
        let images = everything().filter { $0.name == name && $0.architecture == architecture }
        guard !images.isEmpty else { throw unknownHere(reference) }
        let users = ImageUse(in: overlayDirectories)
        let overlays = images.flatMap { users.overlays(on: $0.disk) }
        guard overlays.isEmpty || isForced else {
            throw CloudImagesError(
                .inUse,
                "\(reference): is the base of \(Self.naming(overlays)); remove these first, or add --force to break them",
            )
        }
        return try discard(images.map { $0.disk.removingLastComponent() })
    }

    private static func naming(_ paths: [FilePath]) -> String {
        let shown = paths.prefix(3).map(\.string).joined(separator: ", ")
        return paths.count > 3 ? "\(shown) and \(paths.count - 3) more" : shown
    }

    /// Removes unused superseded images and partial downloads.
    ///
    /// - Parameter all: Also current images that no overlay depends on.
    /// - Returns: What was freed.
    @discardableResult
    public func prune(all: Bool = false) throws -> ByteCount {
        let users = ImageUse(in: overlayDirectories)
        let current = Set(list().map(\.disk))
        let unneeded = everything().filter {
            users.overlays(on: $0.disk).isEmpty && (all || !current.contains($0.disk))
        }
        let leftovers = Directory.names(in: path).filter(isLeftover).map { path.appending($0) }
        return try discard(unneeded.map { $0.disk.removingLastComponent() } + leftovers + abandonedDownloads())
    }

    /// Whether a directory was left behind by a process that is gone.
    private func isLeftover(_ name: String) -> Bool {
        let parts = name.split(separator: "-")
        guard parts.count == 3, parts[0] == ".making", let process = pid_t(parts[1]) else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// Parts of downloads, when no process is downloading.
    private func abandonedDownloads() throws -> [FilePath] {
        let downloads = path.appending(".downloads")
        let names = Directory.names(in: downloads)
        for name in names where name.hasSuffix(".lock") {
            guard try FileLock.take(downloads.appending(name)) != nil else { return [] }
        }
        return names.filter { !$0.hasSuffix(".lock") }.map { downloads.appending($0) }
    }

    private func discard(_ paths: [FilePath]) throws -> ByteCount {
        var freed: UInt64 = 0
        for path in paths {
            freed += Directory.occupiedSize(of: path).bytes
            try Directory.removeTree(path)
        }
        return ByteCount(freed)
    }

    /// Verifies an image's disk against its digest.
    public func verify(_ image: Image) async throws -> ImageVerdict {
        guard let text = image.digest, let digest = ImageDigest(text) else { return .unknown }
        let actual = try await ImageDigest.compute(digest.algorithm, of: image.disk)
        return actual == digest.hexadecimal ? .whole : .changed(actual: "\(digest.algorithm.rawValue):\(actual)")
    }
}
