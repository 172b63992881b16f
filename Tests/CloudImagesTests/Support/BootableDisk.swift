import SystemPackage

/// Makes a raw file look like a disk that something boots from.
enum BootableDisk {
    /// Writes the signature of a master boot record.
    static func mark(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite)
        _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: 510, [0x55, 0xAA]) }
    }
}
