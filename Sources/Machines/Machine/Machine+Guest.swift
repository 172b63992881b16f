public import GuestAccess
public import HostSupport

extension Machine {
    /// The guest's ssh endpoint.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine that Quiver did not provision, or
    ///   without a forward to port 22.
    public func ssh(home: QuiverHome = .current) throws(MachineError) -> SSHEndpoint {
        guard let port = hostPort(for: 22) else {
            guard !description.networks.isEmpty else {
                throw error(.invalidDescription, "it has no network; run commands with: quiver exec \(name) -- COMMAND")
            }
            throw error(
                .invalidDescription,
                "no port of this host is forwarded to its ssh server; start it with a forward to port 22"
            )
        }
        return try login().endpoint(guest: name, port: port, directory: directory.path, home: home)
    }

    /// The guest's user, and the host key that it must have.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine that Quiver did not provision.
    public func login() throws(MachineError) -> GuestLogin {
        do {
            return try GuestLogin.read(in: directory.path)
        } catch {
            throw self.error(
                .invalidDescription,
                "not provisioned by Quiver, so its ssh keys are not known",
                cause: error
            )
        }
    }

    /// Connects to Quiver's helper in the guest; the guest may not have booted yet.
    ///
    /// The caller closes the connection; see ``withGuest(ready:within:_:)``.
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine without the helper's channel;
    ///   ``GuestAccess/GuestAccessError``.
    package func helper() throws -> GuestHelper {
        guard let socket = socket(of: .helper) else {
            throw error(.invalidDescription, "no channel \(GuestChannel.helper.name)")
        }
        return try GuestHelper.connect(to: socket, guest: name)
    }
}
