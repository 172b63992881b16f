import LibC
import SystemPackage

/// Whether a disk image is in use, according to QEMU's locks on it.
///
/// QEMU locks one byte for each thing that it does with an image, from byte 100 on, and one for each thing that it
/// allows nobody else to do, from byte 200 on: 0 is reading, 1 writing, 2 rewriting the same data, 3 resizing. The
/// locks belong to the open file, on Linux and on macOS, where this is not tested.
enum DiskUse {
    private static let uses: Int64 = 100
    private static let refusals: Int64 = 200
    private static let writing: Int64 = 1

    /// Whether a QEMU has the image open for writing.
    static func isWritten(_ path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) else {
            return false
        }
        defer { try? file.close() }
        return isLocked(file, byte: uses + writing)
    }

    /// Runs `body` while QEMU cannot open the image, or returns nil if one already has it open.
    static func whileUnused<Value>(
        _ file: FileDescriptor,
        _ body: () throws(DiskImageError) -> Value,
    ) throws(DiskImageError) -> Value? {
        // Closing is not enough: a process that another thread is just starting keeps the open file until it runs.
        defer {
            var lock = range(uses, count: refusals + 4 - uses, type: Int32(F_UNLCK))
            _ = fcntl(file.rawValue, setLock, &lock)
        }
        for first in [uses, refusals] {
            var lock = range(first, count: 4, type: Int32(F_RDLCK))
            guard fcntl(file.rawValue, setLock, &lock) == 0 else {
                // A file system without locks: QEMU takes none there either.
                if errno == ENOTSUP { return try body() }
                return nil
            }
        }
        for byte in (uses..<uses + 4).map({ $0 }) + (refusals..<refusals + 4) where isLocked(file, byte: byte) {
            return nil
        }
        return try body()
    }

    private static func isLocked(_ file: FileDescriptor, byte: Int64) -> Bool {
        var lock = range(byte, count: 1, type: Int32(F_WRLCK))
        return fcntl(file.rawValue, getLock, &lock) == 0 && Int32(lock.l_type) != Int32(F_UNLCK)
    }

    // `F_OFD_GETLK` and `F_OFD_SETLK`, which the C library shows only to those who ask for its extensions.
    #if canImport(Darwin)
        private static let (getLock, setLock): (Int32, Int32) = (92, 90)
    #else
        private static let (getLock, setLock): (Int32, Int32) = (36, 37)
    #endif

    private static func range(_ start: Int64, count: Int64, type: Int32) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(start)
        lock.l_len = off_t(count)
        return lock
    }
}
