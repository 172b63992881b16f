public import Machines
public import Quantities
public import SystemPackage

/// The frozen state of a machine, from which any number of forks continue independently.
///
/// Its directory has the guest's memory, the state of its devices and its disks. Forks map the memory privately and
/// write to overlays, so that nothing ever changes here. Only their owner can read the files.
public struct Template: Sendable {
    /// The template's directory.
    public let directory: FilePath
    let record: TemplateRecord

    init(directory: FilePath, record: TemplateRecord) {
        self.directory = directory
        self.record = record
    }

    /// The name under which it is stored; templates with the same name differ in their ingredients.
    public var name: String { record.name }
    /// What its state depends on.
    public var ingredients: TemplateIngredients { TemplateIngredients(record.ingredients) }
    /// The description of its forks.
    public var description: MachineDescription { record.description }
    /// The version of the QEMU that made it, the only one that can fork it.
    public var qemuVersion: String { record.qemuVersion }
    /// When it was made, in seconds since 1970.
    public var createdAt: Double { record.createdAt }
    /// The disk space of its files, without memory that was never written.
    public var size: ByteCount { TemplateFiles.diskUsage(of: directory) }

    var memoryFile: FilePath { directory.appending(TemplateFiles.memory) }
    var stateFile: FilePath { directory.appending(TemplateFiles.state) }
}
