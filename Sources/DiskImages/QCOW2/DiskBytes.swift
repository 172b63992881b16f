import HostSupport
import LibC
package import SystemPackage

/// The bytes of a disk image, and its name for messages.
package protocol DiskBytes: ~Copyable {
    /// The image's name in messages.
    var name: String { get }
    /// The number of bytes.
    var count: UInt64 { get }
    /// Reads exactly `count` bytes, all of which must exist.
    func read(at offset: UInt64, count: Int) throws(DiskImageError) -> [UInt8]
}

extension DiskBytes where Self: ~Copyable {
    /// The error for an image whose content breaks the format.
    func damage(_ what: String) -> DiskImageError {
        DiskImageError(.badImage, "\(name): \(what)")
    }

    /// Throws unless `count` bytes at `offset` are within the image.
    func checkRange(at offset: UInt64, count: UInt64, of what: String) throws(DiskImageError) {
        let (end, overflows) = offset.addingReportingOverflow(count)
        guard !overflows, end <= self.count else {
            throw damage(
                "the \(what) (\(count) bytes at \(offset)) lies outside of the file; the file may be cut short"
            )
        }
    }
}

/// The bytes of a regular file or block device, opened for reading.
package struct DiskFile: DiskBytes, ~Copyable {
    package let name: String
    package let count: UInt64
    let descriptor: FileDescriptor
    let status: FileStatus

    /// What identifies a file and its state.
    struct FileStatus: Hashable {
        let device: UInt64
        let inode: UInt64
        let occupied: UInt64
        /// Whether anybody may write to the file; root always can.
        let isWritable: Bool
        /// In nanoseconds since 1970.
        let modified: Int64

        init(_ status: stat) {
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            // A signed number of 32 bits on macOS.
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(status.st_ino)
            occupied = UInt64(status.st_blocks) * 512
            isWritable = status.st_mode & 0o222 != 0
            modified = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        }
    }

    package init(_ path: FilePath) throws(DiskImageError) {
        // A value with a deinit cannot be left half made, so everything that can fail comes first.
        (descriptor, count, status) = try Self.open(path)
        name = path.string
    }

    private static func open(_ path: FilePath) throws(DiskImageError) -> (FileDescriptor, UInt64, FileStatus) {
        do {
            // Without nonBlocking, opening a named pipe that a hostile header points to would hang.
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            do {
                var status = stat()
                guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
                let kind = status.st_mode & S_IFMT
                guard kind == S_IFREG || kind == S_IFBLK else {
                    throw DiskImageError(
                        .badImage,
                        "\(path): is not a file or a block device; use a disk image"
                    )
                }
                return (descriptor, UInt64(try descriptor.seek(offset: 0, from: .end)), FileStatus(status))
            } catch {
                try? descriptor.close()
                throw error
            }
        } catch let error as DiskImageError {
            throw error
        } catch {
            let hint = error as? Errno == .noSuchFileOrDirectory ? NearestName.hint(for: path) : ""
            throw DiskImageError(.unreadable, "\(path): cannot be read: \(error)\(hint)", cause: error)
        }
    }

    deinit {
        try? descriptor.close()
    }

    package func read(at offset: UInt64, count: Int) throws(DiskImageError) -> [UInt8] {
        try checkRange(at: offset, count: UInt64(count), of: "part")
        var bytes = [UInt8](repeating: 0, count: count)
        do {
            var done = 0
            while done < count {
                let read = try bytes.withUnsafeMutableBytes {
                    try descriptor.read(
                        fromAbsoluteOffset: Int64(offset) + Int64(done),
                        into: UnsafeMutableRawBufferPointer(rebasing: $0[done...]),
                    )
                }
                guard read > 0 else { throw damage("became shorter while it was read") }
                done += read
            }
        } catch let error as DiskImageError {
            throw error
        } catch {
            throw DiskImageError(.unreadable, "\(name): cannot be read: \(error)", cause: error)
        }
        return bytes
    }
}

/// The bytes of an image in memory.
package struct DiskMemory: DiskBytes {
    package let name: String
    private let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package var count: UInt64 { UInt64(bytes.count) }

    package func read(at offset: UInt64, count: Int) throws(DiskImageError) -> [UInt8] {
        try checkRange(at: offset, count: UInt64(count), of: "part")
        return Array(bytes[Int(offset)..<Int(offset) + count])
    }
}
