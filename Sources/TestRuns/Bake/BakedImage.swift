import CloudImages
import HostSupport
public import Machines
public import SystemPackage

/// A provisioned image: a disk on which cloud-init and the project's setup have run, with the seed it was made with.
///
/// Machines start on an overlay of the disk and get the same seed, so that cloud-init finds nothing new to do.
public struct BakedImage: Sendable {
    /// The folder with `disk.qcow2`, `seed.iso`, `login.json` and `known_hosts`.
    public let folder: FilePath
    /// The image that it was made of.
    let image: Image

    var disk: FilePath { folder.appending("disk.qcow2") }
    var seed: FilePath { folder.appending("seed.iso") }

    /// The files that make a folder a baked image.
    static let files = ["disk.qcow2", "seed.iso", "login.json", "known_hosts"]

    var isComplete: Bool {
        Self.files.allSatisfy { FileStamp(of: folder.appending($0)) != nil }
    }

    /// Makes a machine's disk and enters all that it needs into its description.
    ///
    /// - Parameter cache: How the disk is cached; unsafe for machines made to be thrown away.
    public func prepare(
        _ description: MachineDescription,
        in machine: MachineFolder,
        cache: Drive.Cache = .unsafe,
    ) throws -> MachineDescription {
        try Overlay.create(at: machine.disk, base: disk)
        try GuestLogin.read(in: folder).write(in: machine.path)
        return describe(description, disk: machine.disk, cache: cache)
    }

    /// Enters disk, seed and what else a provisioned machine has into a description.
    func describe(
        _ description: MachineDescription,
        disk: FilePath,
        cache: Drive.Cache = .unsafe,
    ) -> MachineDescription {
        var description = description
        description.drives = [Drive(id: "disk0", file: disk, cache: cache), .seed(seed)]
        description.boot(image)
        description.addUsualDevices()
        return description
    }
}
