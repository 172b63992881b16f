import DiskImages
public import HostSupport
public import SystemPackage

/// The dependents of stored disks: overlays of machines, bakes and templates.
public struct ImageUse: Sendable {
    /// The overlays found, by the disk that they are made on, with no symbolic link in its path: an overlay may record
    /// one way to its base while the store lies at the end of another.
    private var overlays: [FilePath: [FilePath]] = [:]

    /// Searches the directories, two levels deep, as for machines and bakes.
    init(in directories: [FilePath]) {
        for directory in directories { search(directory, depth: 3) }
    }

    /// Searches the machines and caches of a home.
    public init(in home: QuiverHome) {
        self.init(in: [home.machines, home.cache])
    }

    /// The overlays that depend on a disk.
    public func overlays(on disk: FilePath) -> [FilePath] {
        overlays[disk.resolved] ?? []
    }

    private mutating func search(_ directory: FilePath, depth: Int) {
        for name in Directory.names(in: directory) {
            let path = directory.appending(name)
            if name.hasSuffix(".qcow2") {
                guard let facts = try? DiskFacts.read(path, format: .qcow2), let backing = facts.qcow2?.backingFile,
                    case .file(let base, _) = BackingName(backing, recordedBy: path)
                else { continue }
                overlays[base.resolved, default: []].append(path)
            } else if depth > 1 {
                search(path, depth: depth - 1)
            }
        }
    }
}
