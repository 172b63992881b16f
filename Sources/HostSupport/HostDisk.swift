import LibC
package import Quantities
package import SystemPackage

/// Room on the host's disks.
package enum HostDisk {
    /// What an ordinary user can still write to the disk that the file is on; nil when the system does not say.
    package static func free(at path: FilePath) -> ByteCount? {
        var status = statvfs()
        guard statvfs(path.string, &status) == 0 || statvfs(path.removingLastComponent().string, &status) == 0 else {
            return nil
        }
        return ByteCount(UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
