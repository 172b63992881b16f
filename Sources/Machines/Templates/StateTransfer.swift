import SystemPackage

/// How a QEMU of some version is told to write a machine's state to a file, and to read it from one.
struct StateTransfer {
    /// Since version 8.2 QEMU opens files by itself; before, it takes descriptors and sockets.
    let opensFiles: Bool

    /// - Parameter qemuVersion: As QEMU tells it, as in `7.2.19`.
    init(qemuVersion: String) {
        opensFiles = QEMUVersionNumber(qemuVersion) >= QEMUVersionNumber("8.2")
    }

    /// Where a QEMU that goes on from a state takes it from.
    ///
    /// - Parameter descriptor: The inherited descriptor of the same file.
    func source(_ file: FilePath, descriptor: InheritedDescriptor) -> String {
        opensFiles ? Self.address(of: file) : "fd:\(descriptor.number)"
    }

    static func address(of file: FilePath) -> String { "file:\(file)" }
}
