import CloudImages
import DiskImages
import HostSupport
public import Machines
import Provisioning
public import SystemPackage

/// A provisioned image: a disk on which cloud-init and the project's setup have run, with the seed that was used.
///
/// Machines start on an overlay of the disk and get the same seed, so that cloud-init does not run again.
public struct BakedImage: Sendable {
    /// The directory with `disk.qcow2`, `seed.iso`, `login.json` and `known_hosts`.
    public let directory: FilePath
    /// The image that it was made from.
    let image: Image

    var disk: FilePath { directory.appending("disk.qcow2") }
    var seed: FilePath { directory.appending("seed.iso") }

    /// The files that a complete baked image has.
    static let files = ["disk.qcow2", "seed.iso", "login.json", "known_hosts"]

    var isComplete: Bool {
        Self.files.allSatisfy { FileStamp(of: directory.appending($0)) != nil }
    }

    /// Creates a machine's disk and completes its description.
    ///
    /// - Parameter cache: How the disk is cached; unsafe for throw-away machines.
    public func prepare(
        _ description: MachineDescription,
        in machine: MachineDirectory,
        cache: Drive.Cache = .unsafe,
        hasNetwork: Bool = true,
    ) throws -> MachineDescription {
        try Overlay.create(at: machine.disk, base: disk)
        try GuestLogin.read(in: directory).write(in: machine.path)
        return describe(description, disk: machine.disk, cache: cache, hasNetwork: hasNetwork)
    }

    /// Adds the disk, the seed and everything else that a provisioned machine has to a description.
    func describe(
        _ description: MachineDescription,
        disk: FilePath,
        cache: Drive.Cache = .unsafe,
        hasNetwork: Bool = true,
    ) -> MachineDescription {
        var description = description
        description.drives = [Drive(id: "disk0", file: disk, cache: cache), .seed(seed)]
        description.boot(image)
        description.addUsualDevices(hasNetwork: hasNetwork)
        return description
    }
}
