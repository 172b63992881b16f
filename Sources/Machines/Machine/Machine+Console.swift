import HostSupport
import QAPI
import QMPCore
package import SystemPackage
import WireJSON

extension Machine {
    /// Whether a client is attached to the serial console.
    public func isConsoleInUse() async throws(MachineError) -> Bool {
        let devices = try await reporting { () throws(QMPError) in try await qmp.queryChardev() }
        let console = devices.first { $0.label == "console" }
        // QEMU has no field for it: the name of a socket without a client begins with this word.
        return console?.filename.hasPrefix("disconnected:") == false
    }

    /// Connects to a machine's serial console, which serves one client at a time.
    ///
    /// The guest's output also goes to its log, attached or not. An attached client must read: the socket buffers some
    /// three hundred characters, after which the guest waits ten milliseconds for each.
    /// - Throws: ``MachineError`` with code `unresponsive`.
    package static func connectToConsole(at socket: FilePath, name: String) async throws -> FileDescriptor {
        do {
            return try await UnixSocket.connect(socket, deadline: .now + .seconds(2))
        } catch {
            throw MachineError(.unresponsive, machine: name, "cannot connect to its console", cause: error)
        }
    }
}
