import Machines
import SystemPackage

/// How to make some version of QEMU write a machine's state to a file, and read it from one.
struct StateTransfer {
    /// Since version 8.2, QEMU opens files itself; before, it uses descriptors and sockets.
    let opensFiles: Bool

    /// - Parameter qemuVersion: As QEMU prints it, as in `7.2.19`.
    init(qemuVersion: String) {
        opensFiles = QEMUVersionNumber(qemuVersion) >= QEMUVersionNumber("8.2")
    }

    /// The source from which QEMU loads a state.
    ///
    /// - Parameter descriptor: The inherited descriptor of the same file.
    func source(_ file: FilePath, descriptor: InheritedDescriptor) -> String {
        opensFiles ? Self.address(of: file) : "fd:\(descriptor.number)"
    }

    static func address(of file: FilePath) -> String { "file:\(file)" }
}
