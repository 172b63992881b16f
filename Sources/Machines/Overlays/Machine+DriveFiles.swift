import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage

extension Machine {
    /// Records in the machine's description, for its next start, that a drive continues in another file.
    ///
    /// A scoped machine has no stored description, and a hot-plugged drive is not in one.
    ///
    /// - Returns: The previous record, to be written back if the change fails; nil if nothing had to be changed.
    @discardableResult
    func recordDrive(
        in old: FilePath,
        isNowIn new: FilePath,
        format: Drive.Format,
    ) throws(MachineError) -> MachineDescription? {
        let file = directory.descriptionFile
        guard let before = try MachineFile.read(MachineDescription.self, from: file, machine: name),
            let index = before.drives.firstIndex(where: { $0.file == old })
        else { return nil }
        var description = before
        description.drives[index].file = new
        description.drives[index].format = format
        try MachineFile.write(description, to: file, machine: name)
        return before
    }

    /// A block node that stands for a file.
    struct FileNode {
        let file: FilePath
        /// Nil for a format that machines cannot be started from.
        let format: Drive.Format?
        /// As the guest sees it.
        let size: ByteCount
    }

    /// The block node of this name.
    /// - Throws: ``MachineError`` with code `notFound`.
    func fileNode(_ name: String) async throws(MachineError) -> FileNode {
        let nodes = try await reporting { () throws(QMPError) in try await qmp.queryNamedBlockNodes(flat: true) }
        guard let node = nodes.first(where: { $0.nodeName == name }), let size = UInt64(exactly: node.image.virtualSize)
        else { throw error(.notFound, "no drive or overlay `\(name)`") }
        return FileNode(
            file: FilePath(node.file),
            format: Drive.Format(rawValue: node.drv),
            size: ByteCount(size),
        )
    }
}
