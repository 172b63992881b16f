import HostSupport
import Machines
import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// Pauses the guest and writes the machine's state to a file.
    ///
    /// - Parameter sharesMemory: Whether the memory stays in its own file.
    /// - Throws: ``Forks/TemplateError`` with code `freezeFailed` or `noSpace`.
    func saveState(to file: FilePath, sharesMemory: Bool, within deadline: Duration) async throws {
        do {
            // Must be first: under HVF, QEMU fails an assertion if the processors are still running.
            try await pause()
            // Not with `mapped-ram`, which QEMU before 11.0 cannot combine with this.
            try await leaveOutSharedMemory(sharesMemory)
            // The usual limit of 1 Gbit/s is meant for networks.
            try await reporting { () throws(QMPError) in
                try await qmp.migrateSetParameters(maxBandwidth: ByteCount(1 << 40))
            }
            if StateTransfer(qemuVersion: process.version).opensFiles {
                // Created here, because QEMU would make it readable by the user's group.
                try WholeFile.write([], to: file)
                try await migrate(to: StateTransfer.address(of: file), within: deadline)
            } else {
                try await send(to: file, within: deadline)
            }
            if sharesMemory { try? await leaveOutSharedMemory(false) }
        } catch let error as QMPError {
            if let ended = await ended(behind: error) { throw ended }
            // QEMU reports a full disk only in the message's text.
            throw unsaved(isFull: error.message.contains("No space left"), error)
        } catch {
            guard let reason = error as? Errno ?? (error as? FileFailure)?.reason else { throw error }
            throw unsaved(isFull: reason == .noSpace, error)
        }
    }

    /// Whether a state leaves out memory that is in a file of its own.
    ///
    /// To be switched off afterwards: a snapshot records it, and QEMU refuses one whose setting is not its own.
    func leaveOutSharedMemory(_ leavesOut: Bool) async throws(MachineError) {
        _ = try await command(
            "migrate-set-capabilities",
            ["capabilities": [["capability": "x-ignore-shared", "state": .bool(leavesOut)]]],
        )
    }

    private func unsaved(isFull: Bool, _ error: any Error) -> TemplateError {
        TemplateError(
            isFull ? .noSpace : .freezeFailed,
            template: name,
            isFull ? "the disk is full; free some space" : "the machine's state could not be saved",
            cause: error,
        )
    }

    private func migrate(to address: String, within deadline: Duration) async throws {
        do {
            let job = try await qmp.startMigration(["uri": .string(address)])
            try await job.wait(deadline: deadline)
        } catch {
            await withoutCancellation { await self.stopSaving() }
            throw error
        }
        await waitUntilFinalized()
    }

    /// Cancels a running save, which would otherwise pause the guest again at its end.
    private func stopSaving() async {
        try? await qmp.migrateCancel()
        let end = ContinuousClock.now + Self.finalizing
        let running: Set<MigrationStatus> = [.setup, .active, .preSwitchover, .device, .cancelling]
        while ContinuousClock.now < end, let status = try? await qmp.queryMigrate().status, running.contains(status) {
            try? await Task.sleep(for: .milliseconds(20))
        }
        await waitUntilFinalized()
    }

    /// QEMU reports the end of a migration a moment before it has finished it, and refuses `cont` meanwhile.
    private func waitUntilFinalized() async {
        let end = ContinuousClock.now + Self.finalizing
        while ContinuousClock.now < end, (try? await runState()) == .finishMigrate {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// How long QEMU may take to finish a migration that has ended; a command that is refused after that says why.
    private static let finalizing = Duration.seconds(10)

    /// Makes QEMU send its state to this process, which writes it.
    private func send(to file: FilePath, within deadline: Duration) async throws {
        let receiver = try StateReceiver(socket: directory.sockets.appending("state.sock"), file: file)
        defer { receiver.close() }
        async let received = receiver.receive()
        do {
            try await migrate(to: receiver.address, within: deadline)
        } catch {
            receiver.interrupt()
            // QEMU only knows that the socket was closed; the receiver, which wrote the file, knows why.
            if case .failure(let reason) = await received { throw reason }
            throw error
        }
        try await received.get()
    }
}
