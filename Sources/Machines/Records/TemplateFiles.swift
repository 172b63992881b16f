import CPlatform
package import HostSupport
import LibC
package import Quantities
package import SystemPackage

/// The names of a template's files, and file operations on them.
package enum TemplateFiles {
    package static let memory = "memory"
    package static let state = "state"
    package static let record = "template.json"
    package static let firmwareVariables = "firmware-variables.qcow2"

    /// The disk space of the files in a directory; holes do not count.
    package static func diskUsage(of directory: FilePath) -> ByteCount {
        var total: UInt64 = 0
        for name in Directory.names(in: directory) {
            var status = stat()
            if lstat(directory.appending(name).string, &status) == 0 { total += UInt64(status.st_blocks) * 512 }
        }
        return ByteCount(total)
    }

    /// The free space on a directory's file system.
    package static func freeSpace(at directory: FilePath) -> ByteCount? {
        var status = statvfs()
        guard statvfs(directory.string, &status) == 0 else { return nil }
        return ByteCount(UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    package static func move(_ source: FilePath, to destination: FilePath) throws(FileFailure) {
        guard rename(source.string, destination.string) == 0 else {
            throw FileFailure("move to \(destination)", source, Errno(rawValue: errno))
        }
    }

    /// Waits until a file's content, or a directory's list of names, is on the disk.
    package static func synchronize(_ path: FilePath) async throws {
        try await BlockingCalls.run {
            do {
                let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                try file.closeAfter {
                    try file.synchronize()
                }
            } catch {
                throw FileFailure("write", path, error as? Errno ?? .ioError)
            }
        }
    }

    /// Copies a file without its holes: a guest's memory is mostly holes.
    package static func copySparse(_ source: FilePath, to destination: FilePath) throws(FileFailure) {
        do {
            let from = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
            defer { try? from.close() }
            #if canImport(Darwin)
                // Shares the blocks on APFS; if this fails, an ordinary copy works, or fails with the right error.
                // Not tested on macOS.
                if cplatform_clone_file(from.rawValue, destination.string) == 0 { return }
            #endif
            let into = try FileDescriptor.open(
                destination,
                .readWrite,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite],
            )
            defer { try? into.close() }
            let size = try from.seek(offset: 0, from: .end)
            guard ftruncate(into.rawValue, off_t(size)) == 0 else { throw Errno(rawValue: errno) }
            #if os(Linux)
                // From linux/fs.h: shares the blocks if the file system can (btrfs, XFS), which costs nothing.
                let fileClone: UInt = 0x4004_9409
                if ioctl(into.rawValue, fileClone, from.rawValue) == 0 { return }
            #endif
            try copyData(from: from, into: into, size: size)
        } catch {
            throw FileFailure("copy to \(destination)", source, error as? Errno ?? .ioError)
        }
    }

    // Not every C library declares these without a feature macro; the numbers are part of the kernels' interfaces.
    #if canImport(Darwin)
        private static let (seekHole, seekData): (Int32, Int32) = (3, 4)
    #else
        private static let (seekData, seekHole): (Int32, Int32) = (3, 4)
    #endif

    private static func copyData(from: FileDescriptor, into: FileDescriptor, size: Int64) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position: Int64 = 0
        while position < size {
            let data = Int64(lseek(from.rawValue, off_t(position), seekData))
            // ENXIO: nothing but holes up to the end.
            guard data >= 0 else { break }
            let hole = Int64(lseek(from.rawValue, off_t(data), seekHole))
            let end = hole < 0 ? size : hole
            position = data
            while position < end {
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, Int(end - position))])
                let count = try from.read(fromAbsoluteOffset: position, into: room)
                guard count > 0 else { return }
                try into.writeAll(toAbsoluteOffset: position, UnsafeRawBufferPointer(rebasing: room[..<count]))
                position += Int64(count)
            }
        }
    }
}
