import HostSupport
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

extension Machine {
    /// Stops the guest and writes the state of its machine to a file.
    ///
    /// - Parameter sharesMemory: Whether the memory stays where it is, in the file that it lies in.
    /// - Throws: ``TemplateError`` with code `freezeFailed` or `noSpace`.
    func saveState(to file: FilePath, sharesMemory: Bool, within deadline: Duration) async throws {
        do {
            _ = try await command("stop")
            _ = try await command(
                "migrate-set-capabilities",
                ["capabilities": [["capability": "x-ignore-shared", "state": .bool(sharesMemory)]]],
            )
            // The usual limit of 1 Gbit/s is meant for networks.
            _ = try await command("migrate-set-parameters", ["max-bandwidth": .integer(1 << 40)])
            if StateTransfer(qemuVersion: process.version).opensFiles {
                // Made here, because QEMU would let the user's group read it.
                try WholeFile.write([], to: file)
                try await migrate(to: StateTransfer.address(of: file), within: deadline)
            } else {
                try await send(to: file, within: deadline)
            }
        } catch let error as QMPError {
            throw TemplateError(.freezeFailed, template: name, "QEMU could not save the machine's state", cause: error)
        } catch {
            guard let reason = error as? Errno ?? (error as? FileFailure)?.reason else { throw error }
            let isFull = reason == .noSpace
            throw TemplateError(
                isFull ? .noSpace : .freezeFailed,
                template: name,
                isFull ? "the disk is full; free some space" : "the machine's state could not be written",
                cause: error,
            )
        }
    }

    private func migrate(to address: String, within deadline: Duration) async throws {
        let job = try await qmp.startMigration(["uri": .string(address)])
        try await job.wait(deadline: deadline)
    }

    /// Has QEMU send its state to this process, which writes it.
    private func send(to file: FilePath, within deadline: Duration) async throws {
        let receiver = try StateReceiver(socket: folder.sockets.appending("state.sock"), file: file)
        async let received: Void = receiver.receive()
        do {
            try await migrate(to: receiver.address, within: deadline)
        } catch {
            receiver.close()
            throw error
        }
        try await received
        receiver.close()
    }
}
