internal import CPlatform
import LibC
package import SystemPackage

extension FileDescriptor {
    /// Waits until what was written to the file is on the disk itself, not in a cache of the drive.
    package func synchronize() throws(Errno) {
        guard cplatform_synchronize(rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Ensures that what was written to the file reaches the disk before anything written later, such as a new name for
    /// the file.
    package func orderWrites() throws(Errno) {
        guard cplatform_order_writes(rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
