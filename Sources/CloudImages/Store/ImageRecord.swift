import DiskImages
import HostSupport
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `image.json` holds: an image with the names of its files, so that the store can be moved.
struct ImageRecord: Codable {
    var name: String
    var architecture: ImageArchitecture
    var disk: String
    var format: DiskFormat
    var kernel: String?
    var initialRamdisk: String?
    var kernelArguments: String?
    var defaultUser: String
    var source: String
    var digest: String?
    var created: Int64
    /// The disk's length in bytes and time of writing when it was put into the store; nil in records of old versions.
    var diskSize: Int64?
    var diskModified: Int64?

    init(_ image: Image) {
        name = image.name
        architecture = image.architecture
        disk = Self.lastName(image.disk)
        format = image.format
        kernel = image.kernel.map(Self.lastName)
        initialRamdisk = image.initialRamdisk.map(Self.lastName)
        kernelArguments = image.kernelArguments
        defaultUser = image.defaultUser
        source = image.source
        digest = image.digest
        created = image.created
        let stamp = FileStamp(of: image.disk)
        diskSize = stamp?.size
        diskModified = stamp?.modified
    }

    /// Whether the disk in the given directory is as it was when it came into the store, by its length and time of
    /// writing.
    func isUntouched(in directory: FilePath) -> Bool {
        guard let diskSize, let diskModified else { return true }
        guard let stamp = FileStamp(of: directory.appending(disk)) else { return false }
        return stamp.size == diskSize && stamp.modified == diskModified
    }

    /// The image when its files are in the given directory.
    func image(in directory: FilePath) -> Image {
        Image(
            name: name,
            architecture: architecture,
            disk: directory.appending(disk),
            format: format,
            kernel: kernel.map { directory.appending($0) },
            initialRamdisk: initialRamdisk.map { directory.appending($0) },
            kernelArguments: kernelArguments,
            defaultUser: defaultUser,
            source: source,
            digest: digest,
            created: created,
        )
    }

    /// The record as the text of `image.json`.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    private static func lastName(_ path: FilePath) -> String { path.lastComponent?.string ?? "" }
}
