import LibC
import SystemPackage

/// The descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Opens `/dev/null` for those that the caller has closed: otherwise the next files to be opened would take their
    /// place, and messages would be written into them.
    static func open() {
        while let file = try? FileDescriptor.open("/dev/null", .readWrite) {
            guard file.rawValue > STDERR_FILENO else { continue }
            try? file.close()
            return
        }
    }
}
