import HostSupport
import LibC
import SystemPackage

/// Something that a machine left behind and that nobody uses.
enum Leftover {
    /// The folder of a scoped machine whose owner is gone.
    case scope(FilePath)
    /// A scoped machine that outlived its owner: its keeper, which would have ended it, was killed too.
    case ownerless(ProcessRecord, folder: FilePath)
    /// The folder of a machine whose making was cut short.
    case unfinished(MachineFolder, name: String)
    /// A fork whose maker was killed before its guest had become somebody of its own.
    case interruptedFork(name: String)
    /// A folder of sockets whose machine is gone.
    case sockets(FilePath)
    /// What a test run froze for its forks and could not remove.
    case template(FilePath)
    /// A QEMU of Quiver's whose folder is gone: nobody can reach it.
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
    /// Everything that was left behind in this home, and the QEMUs of this user whose folder is gone.
    func leftovers() async -> [Leftover] {
        let scopes = Folder.names(in: store.scopes).map { store.scopes.appending($0) }
        let inUse = scopes.filter { isInUse(MachineFolder(path: $0, runtime: store.home.runtime)) }
        // A machine that has stopped keeps its sockets' folder for its next run.
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

    /// Takes a leftover away.
    func remove(_ leftover: Leftover) async throws {
        switch leftover {
        case .scope(let path), .sockets(let path), .template(let path): try Folder.removeTree(path)
        case .ownerless(let process, let folder):
            await QEMUProcess(id: process.processID, folder: folder).end()
            try Folder.removeTree(MachineFolder(path: folder, runtime: store.home.runtime).sockets)
            try Folder.removeTree(folder)
        case .unfinished(let folder, let name):
            // Whoever has begun to use it since then keeps it.
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

    /// Whether a folder that no machine of this home accounts for has sockets that somebody listens at: then it is
    /// another home's.
    private func isListenedAt(_ folder: FilePath) -> Bool {
        Folder.names(in: folder).contains { name in
            guard case .success(let descriptor) = UnixSocket.connectOnce(folder.appending(name)) else { return false }
            try? descriptor.close()
            return true
        }
    }
}
