public import GuestAccess
public import HostSupport
import Synchronization
import SystemPackage

/// A machine that goes on from the instant at which its template was frozen.
///
/// It is a scoped machine: it ends with this process at the latest, and its folder goes with it.
public final class Fork: Sendable {
    public let machine: Machine
    /// The connection to the guest's helper; nil when the template was frozen without one.
    public let helper: GuestHelper?
    public let template: Template
    private let measured: Mutex<ForkTimings>

    init(machine: Machine, helper: GuestHelper?, template: Template, timings: ForkTimings) {
        self.machine = machine
        self.helper = helper
        self.template = template
        measured = Mutex(timings)
    }

    public var timings: ForkTimings { measured.withLock { $0 } }

    func note(fixUp: Duration) { measured.withLock { $0.fixUp = fixUp } }

    /// The way into the guest by ssh.
    ///
    /// - Throws: ``MachineError`` when the template's machine was not provisioned by Quiver.
    public func ssh(home: QuiverHome = .current) throws -> SSHEndpoint {
        guard let port = machine.hostPort(for: 22) else {
            throw machine.error(.invalidDescription, "no port of this host leads to its ssh server")
        }
        let login = try GuestLogin.read(in: template.folder)
        return login.endpoint(guest: machine.name, port: port, folder: template.folder, home: home)
    }

    /// Ends the machine at once and removes all that it wrote; ending it twice is harmless.
    public func end() async {
        helper?.close()
        await machine.endScope()
        try? Folder.removeTree(machine.folder.sockets)
        try? Folder.removeTree(machine.folder.path)
    }
}
