import HostSupport
import QMPClient
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Something that a machine left behind and that nobody uses.
enum Leftover {
    /// The folder of a scoped machine whose owner is gone.
    case scope(FilePath)
    /// A folder of sockets whose machine is gone.
    case sockets(FilePath)
    /// A QEMU of Quiver's whose folder is gone: nobody can reach it.
    case process(Int32, folder: FilePath)

    var finding: Finding {
        switch self {
        case .scope(let path):
            Finding(.warning, "\(path)", "left by a machine whose owner is gone", mend: "remove it", isMendable: true)
        case .sockets(let path):
            Finding(.warning, "\(path)", "sockets of a machine that is gone", mend: "remove them", isMendable: true)
        case .process(let id, let folder):
            Finding(
                .problem,
                "process \(id)",
                "a QEMU of Quiver's whose folder \(folder) is gone",
                mend: "end it with `kill \(id)`",
                isMendable: true,
            )
        }
    }
}

extension Examination {
    /// Removes what was left behind.
    ///
    /// - Returns: What was mended.
    /// - Throws: ``HostSupport/FileFailure`` when a folder cannot be removed.
    public func mend() throws -> [Finding] {
        let all = leftovers
        for leftover in all {
            switch leftover {
            case .scope(let path), .sockets(let path): try Folder.removeTree(path)
            case .process(let id, _): Machine.send(SIGTERM, to: id)
            }
        }
        return all.map(\.finding)
    }

    var leftovers: [Leftover] {
        let scopes = Folder.names(in: store.scopes).map { store.scopes.appending($0) }
        let deadScopes = scopes.filter { !isInUse(MachineFolder(path: $0, runtime: store.home.runtime)) }
        let known = scopes.map { MachineFolder(path: $0, runtime: store.home.runtime) } + store.names.map(store.folder)
        let live = Set(known.filter(isInUse).map(\.sockets))
        let sockets = Folder.names(in: store.home.runtime).map { store.home.runtime.appending($0) }
            .filter { HostFile.isFolder($0) && !live.contains($0) && !isListenedAt($0) }
        return deadScopes.map { .scope($0) } + sockets.map { .sockets($0) } + orphans
    }

    private func isInUse(_ folder: MachineFolder) -> Bool { FileLock.isHeld(folder.lockFile) }

    /// Whether a folder that no machine of this home accounts for has sockets that somebody listens at: then it is
    /// another home's.
    private func isListenedAt(_ folder: FilePath) -> Bool {
        Folder.names(in: folder).contains { name in
            guard case .success(let descriptor) = UnixSocket.connectOnce(folder.appending(name)) else { return false }
            try? descriptor.close()
            return true
        }
    }

    /// The QEMUs that Quiver started and whose folder is gone.
    private var orphans: [Leftover] {
        #if os(Linux)
            Folder.names(in: "/proc").compactMap { name -> Leftover? in
                guard let id = Int32(name), let bytes = try? WholeFile.read(FilePath("/proc/\(name)/cmdline")) else {
                    return nil
                }
                let arguments = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                guard arguments.contains(where: { $0.contains("id=qmp-quiver,") }),
                    let console = arguments.first(where: { $0.contains("id=console,") }),
                    let log = console.split(separator: "logfile=").last?.split(separator: ",logappend").first
                else { return nil }
                let folder = FilePath(String(log)).removingLastComponent()
                return HostFile.isFolder(folder) ? nil : .process(id, folder: folder)
            }
        #else
            []
        #endif
    }
}
