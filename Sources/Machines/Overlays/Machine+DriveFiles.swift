import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// Notes in the machine's description, by which it is started the next time, that a drive goes on in another file.
    ///
    /// A scoped machine has no description to be started by again, and a drive that was plugged in is not in one.
    ///
    /// - Returns: What was noted before, to be written back when the change fails; nil when nothing had to be changed.
    @discardableResult
    func recordDrive(
        in old: FilePath,
        isNowIn new: FilePath,
        format: Drive.Format,
    ) throws(MachineError) -> MachineDescription? {
        let file = folder.descriptionFile
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
        /// Nil for a format that machines are not started from.
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
