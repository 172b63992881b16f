import HostSupport
import HostTools
import SystemPackage

/// What a seed's file is around its file system, or instead of one.
public enum SeedDiskFormat: String, Sendable, Hashable, CaseIterable {
    /// The file system alone, with no disk format around it.
    case raw
    /// QEMU's qcow2.
    case qcow2
    /// QEMU's first format of its own, before qcow2.
    case qcow
    /// QEMU Enhanced Disk.
    case qed
    /// VirtualBox's format.
    case vdi
    /// Hyper-V's format.
    case vhdx
    /// VMware's format.
    case vmdk
    /// Virtual PC's format, also known as VHD.
    case vpc
    /// Parallels' format.
    case parallels
    /// A tar archive of the files.
    case tar
    /// A tar archive to be unpacked at the root of a system, whose cloud-init needs no network for it.
    case tarSeedLocal = "tar-seed-local"
    /// The same for a cloud-init that waits for the network.
    case tarSeedNet = "tar-seed-net"

    /// The directory of the files within the archive; nil for anything that is not an archive.
    var archiveDirectory: FilePath? {
        switch self {
        case .tar: ""
        case .tarSeedLocal: "var/lib/cloud/seed/nocloud"
        case .tarSeedNet: "var/lib/cloud/seed/nocloud-net"
        case .raw, .qcow2, .qcow, .qed, .vdi, .vhdx, .vmdk, .vpc, .parallels: nil
        }
    }

    /// Whether the files lie in it without a file system.
    public var isArchive: Bool { archiveDirectory != nil }
}

extension Seed {
    /// The seed as the bytes of a file.
    ///
    /// - Parameter filesystem: Of no effect for an archive.
    /// - Throws: ``CloudInitError`` with code `cannotWrite` or `toolFailed`; `ToolMissing` when `qemu-img` is needed
    ///   and not there; `FileFailure`.
    public func file(_ format: SeedDiskFormat, filesystem: SeedFilesystem = .iso9660) async throws -> [UInt8] {
        if let directory = format.archiveDirectory { return try archive(in: directory) }
        let image = try image(filesystem)
        return format == .raw ? image : try await Self.converted(image, to: format)
    }

    private static func converted(_ image: [UInt8], to format: SeedDiskFormat) async throws -> [UInt8] {
        let base = FilePath(HostEnvironment["TMPDIR"] ?? "/tmp")
        // A directory that nobody else can enter: a seed may hold a private key.
        let directory = base.appending("quiver-seed-\(UInt64.random(in: 0 ... .max))")
        try Directory.create(directory)
        return try await withCleanup {
            let (raw, result) = (directory.appending("raw"), directory.appending("result"))
            try WholeFile.write(image, to: raw)
            let outcome: ToolRun.Outcome
            do {
                outcome = try await ToolRun.run(
                    "qemu-img",
                    ["convert", "-f", "raw", "-O", format.rawValue, raw.string, result.string],
                )
            } catch let missing as ToolMissing {
                throw ToolMissing(missing.tool, hint: PackageHint.qemuImg.command)
            }
            guard outcome.isSuccess else {
                throw CloudInitError(
                    .toolFailed,
                    "the seed cannot be converted to \(format.rawValue): \(outcome.lastWords)",
                )
            }
            return try WholeFile.read(result)
        } cleanup: {
            try? Directory.removeTree(directory)
        }
    }
}
