public import QAPI
public import SystemPackage

/// What is known about a machine's process, stored in the machine's directory for later commands.
public struct ProcessRecord: Codable, Hashable, Sendable {
    /// The machine's identity, which QEMU reports when asked.
    public var id: MachineID
    /// The id of QEMU's process.
    public var processID: Int32
    /// The running program.
    public var program: FilePath
    /// QEMU's version, as in `7.2.19`.
    public var version: String
    /// The accelerator that runs the guest.
    public var accelerator: Accelerator
    /// Seconds since 1970.
    public var startedAt: Double
    /// The forwards, with their actual ports.
    public var forwards: [PortForward]
    /// The process that the machine ends with; nil for a machine that outlives the process that started it.
    public var owner: Int32?
}
