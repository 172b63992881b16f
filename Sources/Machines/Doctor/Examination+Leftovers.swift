import HostSupport
import LibC
import SystemPackage

/// Something that a machine left behind and that nothing uses.
enum Leftover {
    /// The directory of a scoped machine whose owner has exited.
    case scope(FilePath)
    /// A scoped machine that outlived its owner: its keeper, which would have ended it, was also killed.
    case ownerless(ProcessRecord, folder: FilePath)
    /// The directory of a machine whose creation was interrupted.
    case unfinished(MachineFolder, name: String)
    /// A fork whose creator was killed before the guest had its own identity.
    case interruptedFork(name: String)
    /// A directory of sockets whose machine no longer exists.
    case sockets(FilePath)
    /// A template that a test run made for its forks and could not remove.
    case template(FilePath)
    /// A QEMU started by Quiver whose directory is gone: nothing can connect to it.
    case orphan(Int32, folder: FilePath)

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
        case .ownerless(let process, let folder):
            Finding(
                .problem,
                "process \(process.processID)",
                "machine in \(folder) whose owner (pid \(process.owner ?? 0)) has exited",
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
        case .orphan(let id, let folder):
            Finding(
                .problem,
                "process \(id)",
                "QEMU started by Quiver whose directory \(folder) no longer exists",
                hint: "end it with `kill \(id)`",
                isFixable: true,
            )
        }
    }
}

extension Examination {
    /// Everything that was left behind in this home, and this user's QEMUs whose directory is gone.
    func leftovers() async -> [Leftover] {
        let scopes = Folder.names(in: store.scopes).map { store.scopes.appending($0) }
        let inUse = scopes.filter { isInUse(MachineFolder(path: $0, runtime: store.home.runtime)) }
        // A stopped machine keeps its sockets' directory for its next run.
        let folders = inUse.map { MachineFolder(path: $0, runtime: store.home.runtime) } + store.names.map(store.folder)
        let live = Set(folders.map(\.sockets))
        let sockets = Folder.names(in: store.home.runtime).map { store.home.runtime.appending($0) }
            .filter { HostFile.isFolder($0) && !live.contains($0) && !isListenedAt($0) }
        let unfinished = store.names.filter { name in
            let folder = store.folder(of: name)
            return !HostFile.exists(folder.descriptionFile) && !isInUse(folder) && !folder.isInterruptedFork
        }
        return scopes.filter { !inUse.contains($0) }.map { .scope($0) }
            + inUse.compactMap(ownerless)
            + unfinished.map { .unfinished(store.folder(of: $0), name: $0) }
            + store.interruptedForks.map { .interruptedFork(name: $0) }
            + sockets.map { .sockets($0) }
            + TemplateStore(home: store.home).abandoned.map { .template($0) }
            + (await QEMUProcess.ofQuiver()).filter { !HostFile.isFolder($0.folder) }
            .map { .orphan($0.id, folder: $0.folder) }
    }

    /// Removes a leftover.
    func remove(_ leftover: Leftover) async throws {
        switch leftover {
        case .scope(let path), .sockets(let path), .template(let path): try Folder.removeTree(path)
        case .ownerless(let process, let folder):
            await QEMUProcess(id: process.processID, folder: folder).end()
            try Folder.removeTree(MachineFolder(path: folder, runtime: store.home.runtime).sockets)
            try Folder.removeTree(folder)
        case .unfinished(let folder, let name):
            // If a process has started to use it since then, it stays.
            guard let lock = try await folder.takeLock(), !HostFile.exists(folder.descriptionFile) else {
                throw store.busy(name)
            }
            try Folder.removeTree(folder.path)
            _ = consume lock
        case .interruptedFork(let name): try await store.removeInterruptedFork(name)
        case .orphan(let id, let folder): await QEMUProcess(id: id, folder: folder).end()
        }
    }

    private func isInUse(_ folder: MachineFolder) -> Bool { FileLock.isHeld(folder.lockFile) }

    private func ownerless(_ path: FilePath) -> Leftover? {
        let folder = MachineFolder(path: path, runtime: store.home.runtime)
        guard let record = try? MachineFile.read(ProcessRecord.self, from: folder.processFile, machine: ""),
            let owner = record.owner, !QEMUProcess.isAlive(owner), !HostFile.exists(folder.exitFile)
        else { return nil }
        return .ownerless(record, folder: path)
    }

    /// Whether a directory that belongs to no machine of this home has sockets that a process listens on: then it
    /// belongs to another home.
    private func isListenedAt(_ folder: FilePath) -> Bool {
        Folder.names(in: folder).contains { name in
            guard case .success(let descriptor) = UnixSocket.connectOnce(folder.appending(name)) else { return false }
            try? descriptor.close()
            return true
        }
    }
}
