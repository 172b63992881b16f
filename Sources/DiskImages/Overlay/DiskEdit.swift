import HostSupport
import LibC
import SystemPackage

/// Creates disk images, and changes the headers of unused ones.
enum DiskEdit {
    /// Opens the image for writing, runs the body while QEMU cannot open it, and flushes the change to disk.
    ///
    /// - Parameters:
    ///   - purpose: The purpose of the change, as in `change its base`.
    ///   - examined: The header that the change was planned for. It was read before the image was locked, so it is read
    ///     again, and nothing is changed if it differs now.
    ///   - body: Receives the file to write to.
    /// - Throws: ``DiskImageError`` with code `inUse` that names the users of the image or says that it was changed,
    ///   or `cannotWrite`; what the body throws.
    static func edit(
        _ path: FilePath,
        to purpose: String,
        examined: QCOW2Header,
        _ body: (FileDescriptor) throws -> Void,
    ) throws(DiskImageError) {
        do {
            let file = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
            defer { try? file.close() }
            let isDone: Bool? = try DiskUse.whileUnused(file) { () throws(DiskImageError) in
                guard try QCOW2Header(reading: try DiskFile(path)) == examined else {
                    throw DiskImageError(.inUse, "\(path): was changed by another program just now; try again")
                }
                do {
                    try body(file)
                    try settle(file)
                    return true
                } catch let error as DiskImageError {
                    throw error
                } catch {
                    throw failure(path, error)
                }
            }
            guard isDone != nil else {
                let users = FileHolders.names(of: path).joined(separator: " and ")
                throw DiskImageError(
                    .inUse,
                    "\(path): is in use by \(users.isEmpty ? "a machine" : users); stop it first, to \(purpose)"
                )
            }
        } catch let error as DiskImageError {
            throw error
        } catch {
            throw failure(path, error)
        }
    }

    /// Writes a new file that ends in zeros; a file that could not be written whole is removed.
    static func create(_ path: FilePath, _ bytes: [UInt8], fileSize: Int) throws(Errno) {
        do {
            let file = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite],
            )
            do {
                try file.closeAfter {
                    _ = try file.writeAll(bytes)
                    guard ftruncate(file.rawValue, off_t(fileSize)) == 0 else { throw Errno(rawValue: errno) }
                }
            } catch {
                unlink(path.string)
                throw error
            }
        } catch {
            throw error as? Errno ?? .ioError
        }
    }

    /// Waits until what was written is on the disk.
    static func settle(_ file: FileDescriptor) throws(Errno) {
        try file.synchronize()
    }

    private static func failure(_ path: FilePath, _ error: any Error) -> DiskImageError {
        let reason = error as? Errno ?? .ioError
        return DiskImageError(
            .cannotWrite,
            "\(path): cannot be written: \(error)",
            cause: FileFailure("write", path, reason),
        )
    }
}
