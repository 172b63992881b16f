public import Quantities
public import SystemPackage

/// A machine frozen at one instant, from which any number of machines go on, each by itself.
///
/// Its folder holds the guest's memory, the state of its devices and its disks; forks map the memory privately and
/// write to overlays, so that nothing ever changes here. All files are readable by their owner alone.
public struct Template: Sendable {
    /// The template's folder.
    public let folder: FilePath
    let record: TemplateRecord

    init(folder: FilePath, record: TemplateRecord) {
        self.folder = folder
        self.record = record
    }

    /// The name under which it was kept; templates of one name differ in what they were made of.
    public var name: String { record.name }
    /// What its state depends on.
    public var ingredients: TemplateIngredients { TemplateIngredients(record.ingredients) }
    /// What its forks are made of.
    public var description: MachineDescription { record.description }
    /// The version of the QEMU that made it, which alone can fork it.
    public var qemuVersion: String { record.qemuVersion }
    /// When it was made, in seconds since 1970.
    public var createdAt: Double { record.createdAt }
    /// The space that its files take on the disk, memory that was never written not counted.
    public var size: ByteCount { TemplateFiles.diskUsage(of: folder) }

    var memoryFile: FilePath { folder.appending(TemplateFiles.memory) }
    var stateFile: FilePath { folder.appending(TemplateFiles.state) }
}
