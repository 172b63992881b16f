public import SystemPackage

/// What is known of a machine's process, kept in the machine's folder for whoever comes later.
public struct ProcessRecord: Codable, Hashable, Sendable {
    /// The machine's identity, which QEMU repeats when asked.
    public var id: MachineID
    /// The id of QEMU's process.
    public var processID: Int32
    /// The program that runs.
    public var program: FilePath
    /// QEMU's version, as in `7.2.19`.
    public var version: String
    /// The accelerator that runs the guest.
    public var accelerator: Accelerator
    /// Seconds since 1970.
    public var startedAt: Double
    /// The forwards with the ports that they really have.
    public var forwards: [PortForward]
    /// The process that the machine ends with; nil for a machine that outlives its starter.
    public var owner: Int32?
}
