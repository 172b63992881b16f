import GuestAccess
import HostSupport
public import QMPClient
public import SystemPackage

/// A running machine: its monitor, its files and, if this process started it, its keeper.
public final class Machine: Sendable {
    /// The machine's name, unique among those of one home.
    public let name: String
    /// Where the machine's files lie.
    public let directory: MachineDirectory
    /// What the machine is made of.
    public let description: MachineDescription
    /// What is known about its process.
    public let process: ProcessRecord
    /// The connection to Quiver's monitor of this machine.
    public let qmp: QMPConnection
    let keeper: Keeper?
    /// The helper's connection that the machine's user has open; the port serves one client at a time.
    let sharedHelper = Locked<GuestHelper?>(nil)

    init(
        name: String,
        directory: MachineDirectory,
        description: MachineDescription,
        process: ProcessRecord,
        qmp: QMPConnection,
        keeper: Keeper?,
    ) {
        self.name = name
        self.directory = directory
        self.description = description
        self.process = process
        self.qmp = qmp
        self.keeper = keeper
    }

    /// The machine's identity, which differs from start to start of the same machine.
    public var id: MachineID { process.id }

    /// The host port that is forwarded to a guest port; nil if there is none.
    public func hostPort(for guestPort: UInt16, transport: PortForward.Transport = .tcp) -> UInt16? {
        process.forwards.first { $0.guestPort == guestPort && $0.transport == transport }?.hostPort
    }

    /// The socket of a guest channel; nil if the machine has no such channel.
    public func socket(of channel: GuestChannel) -> FilePath? {
        description.channels.firstIndex(of: channel).map { directory.channelSocket($0) }
    }

    /// Closes the connection and leaves the machine as it is; a scoped machine still ends with its scope.
    public func disconnect() async {
        await qmp.close()
    }

    package func error(_ code: MachineError.Code, _ message: String, cause: (any Error)? = nil) -> MachineError {
        MachineError(code, machine: name, message, cause: cause)
    }
}
