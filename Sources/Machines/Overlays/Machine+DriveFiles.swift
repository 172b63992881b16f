import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

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
        let nodes = try await command("query-named-block-nodes", ["flat": true]).arrayValue ?? []
        let node = nodes.lazy.compactMap(\.objectValue).first { $0["node-name"]?.stringValue == name }
        guard let file = node?["file"]?.stringValue,
            let size = node?["image"]?.objectValue?["virtual-size"]?.intValue, size >= 0
        else { throw error(.notFound, "no drive or overlay `\(name)`") }
        return FileNode(
            file: FilePath(file),
            format: node?["drv"]?.stringValue.flatMap { Drive.Format(rawValue: $0) },
            size: ByteCount(UInt64(size)),
        )
    }
}
