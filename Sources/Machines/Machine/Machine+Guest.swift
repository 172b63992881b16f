public import GuestAccess
public import HostSupport

extension Machine {
    /// The way into the guest by ssh.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine that Quiver did not provision, or whose
    ///   port 22 no forward leads to.
    public func ssh(home: QuiverHome = .current) throws(MachineError) -> SSHEndpoint {
        guard let port = hostPort(for: 22) else {
            throw error(
                .invalidDescription,
                "no port of this host leads to its ssh server; start it with a forward to 22"
            )
        }
        do {
            let login = try GuestLogin.read(in: folder.path)
            return login.endpoint(guest: name, port: port, folder: folder.path, home: home)
        } catch {
            throw self.error(
                .invalidDescription,
                "it was not provisioned here, so its keys are not known",
                cause: error
            )
        }
    }

    /// A connection to Quiver's helper in the guest; the guest may not have booted by then.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine without the helper's channel;
    ///   ``GuestAccess/GuestAccessError``.
    public func helper() throws -> GuestHelper {
        guard let socket = socket(of: .helper) else {
            throw error(.invalidDescription, "it has no channel \(GuestChannel.helper.name)")
        }
        return try GuestHelper.connect(to: socket, guest: name)
    }
}
