import CPlatform
import LibC
public import SystemPackage

/// Files that are read and written whole.
public enum WholeFile {
    /// How long a pipe, such as a shell's `<(command)`, may have no writer or say nothing, in milliseconds.
    private static let pipePatience: Int32 = 10_000

    /// The file's bytes; also those of a pipe, until its end.
    ///
    /// - Parameter limit: The most that may be read, in bytes; a longer file is an error.
    public static func read(_ path: FilePath, limit: Int = 64 << 20) throws(FileFailure) -> [UInt8] {
        do {
            // Opening a pipe that nobody writes to would wait for a writer, without limit.
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                if HostFile.isPipe(path) { try wait(for: file) }
                var bytes: [UInt8] = []
                while true {
                    let count = try withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
                        let count = try readWaiting(file, into: buffer)
                        bytes.append(contentsOf: buffer[..<count])
                        return count
                    }
                    if count == 0 { return bytes }
                    guard bytes.count <= limit else { throw Errno.fileTooLarge }
                }
            }
        } catch {
            throw FileFailure.reading(path, error as? Errno ?? .ioError)
        }
    }

    private static func readWaiting(_ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        do {
            return try file.read(into: buffer)
        } catch Errno.resourceTemporarilyUnavailable {
            try wait(for: file)
            return try file.read(into: buffer)
        }
    }

    private static func wait(for file: FileDescriptor) throws(Errno) {
        var source = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&source, 1, pipePatience) > 0 else { throw .timedOut }
    }

    /// The last bytes of a file that may be of any size, such as a log.
    ///
    /// - Parameter count: How many are read, at most.
    public static func readEnd(_ path: FilePath, atMost count: Int = 1 << 16) throws(FileFailure) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                let start = max(0, try file.seek(offset: 0, from: .end) - Int64(count))
                var bytes = [UInt8](repeating: 0, count: count)
                let read = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: start, into: $0) }
                bytes.removeLast(count - read)
                return bytes
            }
        } catch {
            throw FileFailure.reading(path, error as? Errno ?? .ioError)
        }
    }

    /// The file's text; invalid UTF-8 is replaced.
    public static func readText(_ path: FilePath) throws(FileFailure) -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Writes the file atomically: a reader sees all of the old content or all of the new, even after a crash.
    ///
    /// The bytes are written to a temporary file next to it, which is then renamed; they reach the disk before the name
    /// does.
    /// - Parameter mode: The new file's permissions; by default only its owner can read it.
    public static func write(
        _ bytes: some Sequence<UInt8>,
        to path: FilePath,
        mode: FilePermissions = [.ownerReadWrite],
    ) throws(FileFailure) {
        let temporary = FilePath("\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp")
        do {
            let file = try FileDescriptor.open(
                temporary,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: mode,
            )
            try file.closeAfter {
                try file.writeAll(bytes)
                // Before the new name: after a crash, the file then has all of the old content or all of the new.
                try file.orderWrites()
            }
            guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(temporary.string)
            throw FileFailure("write", path, error as? Errno ?? .ioError)
        }
    }
}
