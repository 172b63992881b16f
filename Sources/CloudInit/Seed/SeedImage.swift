import DiskImages
import HostSupport
public import SystemPackage

/// A seed's disk image, read back.
public struct SeedImage: Sendable, Hashable {
    /// The file system in the image.
    public let filesystem: SeedFilesystem
    /// The volume's label, which must be `cidata` or `CIDATA` for cloud-init to look at it.
    public let label: String
    /// The image's files by name; those in directories have the directory in their name.
    public let files: [String: [UInt8]]

    package init(filesystem: SeedFilesystem, label: String, files: [String: [UInt8]]) {
        self.filesystem = filesystem
        self.label = label
        self.files = files
    }

    /// The seed in the image; anything in it that is not UTF-8 is replaced.
    public var seed: Seed {
        func text(_ name: String) -> String? { files[name].map { String(decoding: $0, as: UTF8.self) } }
        func unpackedText(_ name: String) -> String? {
            guard let bytes = files[name], Gzip.isCompressed(bytes) else { return text(name) }
            return (try? Gzip.unpack(bytes, named: name)).map { String(decoding: $0, as: UTF8.self) }
        }
        var seed = Seed(
            userData: unpackedText("user-data") ?? "",
            metaData: text("meta-data") ?? "",
            networkConfig: text("network-config"),
            vendorData: unpackedText("vendor-data"),
        )
        seed.compressesUserData = files["user-data"].map(Gzip.isCompressed) ?? false
        return seed
    }

    /// The most that is read of an image, in bytes; no seed comes near it.
    static let limit = 64 << 20

    /// Reads an image with an ISO 9660 or FAT file system.
    ///
    /// - Throws: ``CloudInitError`` with code `unreadable` for a file that cannot be read, `badSeed` for one that is
    ///   no such image.
    public static func read(_ path: FilePath) throws(CloudInitError) -> SeedImage {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path, limit: limit)
        } catch {
            throw CloudInitError(.unreadable, "\(error)", cause: error)
        }
        guard let image = try read(bytes, name: path.string) else {
            throw CloudInitError(
                .badSeed,
                "\(path): is not an ISO 9660 or FAT image; use a seed image or its user-data"
            )
        }
        return image
    }

    /// The image in the bytes; nil when they begin like no file system of the two.
    ///
    /// - Throws: ``CloudInitError`` with code `badSeed` for a damaged image, and for what may hold one.
    package static func read(_ bytes: [UInt8], name: String) throws(CloudInitError) -> SeedImage? {
        if let label = ISOReading.label(of: bytes) {
            return SeedImage(filesystem: .iso9660, label: label, files: try ISOReading.files(of: bytes, name: name))
        }
        if let volume = FATVolume(bytes) {
            return SeedImage(filesystem: .vfat, label: volume.label, files: try volume.files(name: name))
        }
        if let disk = DiskFormat.nameOfWrapping(bytes) {
            throw CloudInitError(
                .badSeed,
                "\(name): is \(disk); convert it first: qemu-img convert -O raw \(name) seed.img",
            )
        }
        if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
            throw CloudInitError(.badSeed, "\(name): is an archive; unpack it with tar -xf and use its files")
        }
        return nil
    }

    /// What would prevent cloud-init from using the image, and the findings in its files.
    public func findings() -> [SeedFinding] {
        var findings: [SeedFinding] = []
        if label.lowercased() != Seed.volumeLabel {
            findings.append(
                .ofImage(
                    "the volume's label is \"\(label)\", so cloud-init does not look at it",
                    hint: "write the seed with the label \(Seed.volumeLabel), as \"quiver seed create\" does",
                )
            )
        }
        for part in [SeedFinding.Part.userData, .metaData] where files[part.rawValue] == nil {
            let near = NearestName.find(part.rawValue, among: files.keys.sorted())
            findings.append(
                .ofImage(
                    "the image has no file \(part.rawValue), so cloud-init does not use it as a seed",
                    hint: near.map { "name \($0) \(part.rawValue)" } ?? "add it, empty if need be",
                )
            )
        }
        for part in [SeedFinding.Part.userData, .vendorData] {
            guard let bytes = files[part.rawValue], Gzip.isCompressed(bytes) else { continue }
            do {
                _ = try Gzip.unpack(bytes, named: part.rawValue)
            } catch {
                findings.append(.ofImage("\(error)", hint: "and write the seed again"))
            }
        }
        return findings + SeedCheck.findings(of: seed)
    }
}

extension SeedFinding {
    /// A finding about the image around the files.
    fileprivate static func ofImage(_ message: String, hint: String) -> Self {
        Self(severity: .error, part: .image, line: nil, column: nil, message: message, hint: hint)
    }
}
