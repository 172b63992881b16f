public import GuestAccess
public import HostSupport
public import Machines
import Synchronization
package import SystemPackage

/// A machine that continues from the state at which its template was frozen.
///
/// It is a scoped machine: it ends with this process at the latest, and its directory is removed.
public final class Fork: Sendable {
    /// The running machine.
    public let machine: Machine
    /// The connection to the guest's helper; nil if the template was frozen without one.
    public let helper: GuestHelper?
    /// The template that it was forked from.
    public let template: Template
    private let measured: Mutex<ForkTimings>
    private let connections: Mutex<[GuestChannel: FileDescriptor]>
    private let stoppedAt: Mutex<Int64?>

    init(
        machine: Machine,
        helper: GuestHelper?,
        connections: [GuestChannel: FileDescriptor],
        template: Template,
        timings: ForkTimings,
    ) {
        self.machine = machine
        self.helper = helper
        self.connections = Mutex(connections)
        self.template = template
        measured = Mutex(timings)
        stoppedAt = Mutex(template.record.frozenAt)
    }

    /// Where the time of this fork went; what has not happened yet is zero.
    public var timings: ForkTimings { measured.withLock { $0 } }

    func note(resume: Duration, fixUp: Duration) {
        measured.withLock { timings in
            timings.resume = resume
            timings.fixUp = fixUp
        }
    }

    /// Records how long its owner waited for a pool to hand it out.
    ///
    /// - Parameter wasReady: Whether it was ready before it was requested; nobody waited for its start then.
    func note(poolWait wait: Duration, wasReady: Bool) {
        measured.withLock { timings in
            let own = wasReady ? .zero : timings.start + timings.load
            if wasReady { timings = ForkTimings() }
            timings.poolWait = max(.zero, wait - own)
        }
    }

    /// The guest's monotonic clock when it was last paused, in nanoseconds; nil without a helper.
    package var frozenAt: Int64? { stoppedAt.withLock { $0 } }

    func note(stoppedAt instant: Int64) { stoppedAt.withLock { $0 = instant } }

    /// The socket that was connected to a channel before the guest resumed, see ``ForkOptions/channels``.
    ///
    /// The caller owns it and must close it; a second call returns nil.
    package func takeConnection(to channel: GuestChannel) -> FileDescriptor? {
        connections.withLock { $0.removeValue(forKey: channel) }
    }

    /// The same socket, for a conversation that ends before the guest is paused again.
    package func connection(to channel: GuestChannel) -> FileDescriptor? {
        connections.withLock { $0[channel] }
    }

    /// The guest's ssh endpoint.
    ///
    /// - Throws: ``Machines/MachineError`` if the template's machine was not provisioned by Quiver.
    public func ssh(home: QuiverHome = .current) throws -> SSHEndpoint {
        guard let port = machine.hostPort(for: 22) else {
            throw machine.error(.invalidDescription, "no port of this host is forwarded to its ssh server")
        }
        let login = try GuestLogin.read(in: template.directory)
        return login.endpoint(guest: machine.name, port: port, directory: template.directory, home: home)
    }

    /// Stores the login record next to the machine's other files, where a freeze of this fork finds it.
    package func keepLogin() throws {
        try GuestLogin.read(in: template.directory).write(in: machine.directory.path)
    }

    /// Ends the machine at once and removes everything that it wrote; calling this twice is harmless.
    public func end() async {
        helper?.close()
        for connection in connections.withLock({ $0.values }) { try? connection.close() }
        connections.withLock { $0 = [:] }
        await machine.endScope()
        try? Directory.removeTree(machine.directory.sockets)
        try? Directory.removeTree(machine.directory.path)
    }
}
