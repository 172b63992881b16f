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
            // First of all: under HVF QEMU fails an assertion when the processors still run.
            _ = try await command("stop")
            // Never with `mapped-ram`, which QEMU before 11.0 cannot combine with this.
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
            if let ended = await ended(behind: error) { throw ended }
            // QEMU tells a full disk in words alone.
            throw unsaved(isFull: error.message.contains("No space left"), error)
        } catch {
            guard let reason = error as? Errno ?? (error as? FileFailure)?.reason else { throw error }
            throw unsaved(isFull: reason == .noSpace, error)
        }
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

    /// Has QEMU give up a save that is under way: a guest that went on meanwhile would be stopped again at its end.
    private func stopSaving() async {
        _ = try? await command("migrate_cancel")
        let end = ContinuousClock.now + Self.finalizing
        while ContinuousClock.now < end, case .object(let migration)? = try? await command("query-migrate"),
            let status = migration["status"]?.stringValue,
            ["setup", "active", "pre-switchover", "device", "cancelling"].contains(status)
        {
            try? await Task.sleep(for: .milliseconds(20))
        }
        await waitUntilFinalized()
    }

    /// QEMU tells that a migration has ended a moment before it is done with it, and refuses `cont` meanwhile.
    private func waitUntilFinalized() async {
        let end = ContinuousClock.now + Self.finalizing
        while ContinuousClock.now < end, (try? await status()) == .finishMigration {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// How long QEMU may take to be done with a migration that has ended; what is refused after that says why itself.
    private static let finalizing = Duration.seconds(10)

    /// Has QEMU send its state to this process, which writes it.
    private func send(to file: FilePath, within deadline: Duration) async throws {
        let receiver = try StateReceiver(socket: folder.sockets.appending("state.sock"), file: file)
        defer { receiver.close() }
        async let received = receiver.receive()
        do {
            try await migrate(to: receiver.address, within: deadline)
        } catch {
            receiver.interrupt()
            // QEMU only knows that nobody listens any more; who wrote the file knows why.
            if case .failure(let reason) = await received { throw reason }
            throw error
        }
        try await received.get()
    }
}
