import HostSupport
import LibC
import SystemPackage

/// Something that a machine left behind and that nothing uses.
enum Leftover {
    /// The directory of a scoped machine whose owner has exited.
    case scope(FilePath)
    /// A scoped machine that outlived its owner: its keeper, which would have ended it, was also killed.
    case ownerless(ProcessRecord, directory: FilePath)
    /// The directory of a machine whose creation was interrupted.
    case unfinished(MachineDirectory, name: String)
    /// A fork whose creator was killed before the guest had its own identity.
    case interruptedFork(name: String)
    /// A directory of sockets whose machine no longer exists.
    case sockets(FilePath)
    /// A template that a test run made for its forks and could not remove.
    case template(FilePath)
    /// A QEMU started by Quiver whose directory is gone, or another machine's by now: nothing can connect to it.
    case orphan(Int32, directory: FilePath)

    var finding: Finding {
        switch self {
        case .scope(let path):
            Finding(
                .warning,
                "\(path)",
                "left behind by a machine whose owner has exited",
                hint: "remove it",
                isFixable: true
            )
        case .ownerless(let process, let directory):
            Finding(
                .problem,
                "process \(process.processID)",
                "machine in \(directory) whose owner (pid \(process.owner ?? 0)) has exited",
                hint: "end it with `kill \(process.processID)`",
                isFixable: true,
            )
        case .unfinished(_, let name):
            Finding(
                .problem,
                "machine \(name)",
                "creation was interrupted, or its description was lost",
                hint: "remove it with `quiver rm \(name)`",
                isFixable: true,
            )
        case .interruptedFork(let name):
            Finding(
                .problem,
                "machine \(name)",
                "fork creation was interrupted; it may share its parent's identity",
                hint: "remove it with `quiver rm --force \(name)`",
                isFixable: true,
            )
        case .sockets(let path):
            Finding(
                .warning,
                "\(path)",
                "sockets of a machine that no longer exists",
                hint: "remove them",
                isFixable: true
            )
        case .template(let path):
            Finding(
                .warning,
                "\(path)",
                "template left behind by a test run that was killed",
                hint: "remove it",
                isFixable: true
            )
        case .orphan(let id, let directory):
            Finding(
                .problem,
                "process \(id)",
                "QEMU started by Quiver in \(directory), which was removed"
                    + (HostFile.isDirectory(directory) ? " and belongs to another machine now" : ""),
                hint: "end it with `kill \(id)`",
                isFixable: true,
            )
        }
    }
}

extension Examination {
    /// Everything that was left behind in this home, and this user's QEMUs whose directory is gone.
    func leftovers() async -> [Leftover] {
        let scopes = Directory.names(in: store.scopes).map { store.scopes.appending($0) }
        let inUse = scopes.filter { isInUse(MachineDirectory(path: $0, runtime: store.home.runtime)) }
        // A stopped machine keeps its sockets' directory for its next run.
        let directories =
            inUse.map { MachineDirectory(path: $0, runtime: store.home.runtime) } + store.names.map(store.directory)
        let live = Set(directories.map(\.sockets))
        let sockets = Directory.names(in: store.home.runtime).map { store.home.runtime.appending($0) }
            .filter { HostFile.isDirectory($0) && !live.contains($0) && !isListenedAt($0) }
        let unfinished = store.names.filter { name in
            let directory = store.directory(of: name)
            return !HostFile.exists(directory.descriptionFile) && !isInUse(directory) && !directory.isInterruptedFork
        }
        return scopes.filter { !inUse.contains($0) }.map { .scope($0) }
            + inUse.compactMap(ownerless)
            + unfinished.map { .unfinished(store.directory(of: $0), name: $0) }
            + store.interruptedForks.map { .interruptedFork(name: $0) }
            + sockets.map { .sockets($0) }
            + ScratchDirectories(home: store.home).abandoned.map { .template($0) }
            + (await QEMUProcess.ofQuiver()).filter(isOrphan).map { .orphan($0.id, directory: $0.directory) }
    }

    /// Whether a QEMU's directory is no longer its own; of one that is just starting, that is not known yet.
    private func isOrphan(_ process: QEMUProcess) -> Bool {
        let directory = MachineDirectory(path: process.directory, runtime: store.home.runtime)
        // As long as it runs, a QEMU holds the lock of its machine.
        guard HostFile.isDirectory(process.directory), isInUse(directory) else { return true }
        guard let record = try? MachineFile.read(ProcessRecord.self, from: directory.processFile, machine: "") else {
            return false
        }
        return record.processID != process.id && QEMUProcess.isAlive(record.processID)
    }

    /// Removes a leftover.
    func remove(_ leftover: Leftover) async throws {
        switch leftover {
        case .scope(let path), .sockets(let path), .template(let path): try Directory.removeTree(path)
        case .ownerless(let process, let directory):
            await QEMUProcess(id: process.processID, directory: directory).end()
            try Directory.removeTree(MachineDirectory(path: directory, runtime: store.home.runtime).sockets)
            try Directory.removeTree(directory)
        case .unfinished(let directory, let name):
            // If a process has started to use it since then, it stays.
            guard let lock = try await directory.takeLock(), !HostFile.exists(directory.descriptionFile) else {
                throw store.busy(name)
            }
            try Directory.removeTree(directory.path)
            _ = consume lock
        case .interruptedFork(let name): try await store.removeInterruptedFork(name)
        case .orphan(let id, let directory): await QEMUProcess(id: id, directory: directory).end()
        }
    }

    private func isInUse(_ directory: MachineDirectory) -> Bool { FileLock.isHeld(directory.lockFile) }

    private func ownerless(_ path: FilePath) -> Leftover? {
        let directory = MachineDirectory(path: path, runtime: store.home.runtime)
        guard let record = try? MachineFile.read(ProcessRecord.self, from: directory.processFile, machine: ""),
            let owner = record.owner, !QEMUProcess.isAlive(owner), !HostFile.exists(directory.exitFile)
        else { return nil }
        return .ownerless(record, directory: path)
    }

    /// Whether a directory that belongs to no machine of this home has sockets that a process listens on: then it
    /// belongs to another home.
    private func isListenedAt(_ directory: FilePath) -> Bool {
        Directory.names(in: directory).contains { name in
            guard case .success(let descriptor) = UnixSocket.connectOnce(directory.appending(name)) else {
                return false
            }
            try? descriptor.close()
            return true
        }
    }
}
