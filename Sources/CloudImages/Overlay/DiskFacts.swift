import Quantities
import SystemPackage

/// What a disk image says of itself.
enum DiskFacts {
    /// The size that a guest sees.
    static func virtualSize(of path: FilePath, format: DiskFormat) throws(CloudImagesError) -> ByteCount {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                switch format {
                case .raw:
                    return ByteCount(UInt64(try file.seek(offset: 0, from: .end)))
                case .qcow2:
                    var header = [UInt8](repeating: 0, count: 32)
                    let count = try header.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
                    guard count == 32, integer(header[0..<4]) == UInt64(QCOW2Header.magic) else {
                        throw CloudImagesError(.badImage, "\(path): not a qcow2 image")
                    }
                    return ByteCount(integer(header[24..<32]))
                }
            }
        } catch let error as CloudImagesError {
            throw error
        } catch {
            let reason = error as? Errno ?? .ioError
            throw CloudImagesError(.badImage, "\(path): the base image cannot be read: \(reason)", cause: error)
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
