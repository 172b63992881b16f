import CloudImages
import Forks
public import HostSupport
import Machines
public import Quantities
public import SystemPackage

/// What test runs cache so that the next one starts faster: baked images and templates.
///
/// All of it can be made again.
public struct RunCache: Sendable {
    /// One cached item, in its own directory.
    public struct Entry: Sendable {
        /// What an entry is.
        public enum Kind: String, Sendable {
            /// An image that is provisioned for a project.
            case bakedImage = "baked image"
            /// A machine that was frozen when it was warm.
            case template
            /// What a killed bake has left behind.
            case abandonedBake = "abandoned bake"
        }

        /// What the entry is.
        public let kind: Kind
        /// A template's name, or the first digits of a baked image's digest.
        public let name: String
        /// The directory that holds it and nothing else.
        public let directory: FilePath
        /// The disk space of its files.
        public let size: ByteCount
        /// When it was made or, for a template, last used; in seconds since 1970.
        public let lastUse: Double
        /// The disks of machines and templates that depend on its own.
        public let usedBy: [FilePath]
    }

    /// The home whose cache this is.
    public let home: QuiverHome

    /// Opens the cache of a home, which need not exist yet.
    public init(home: QuiverHome = .current) {
        self.home = home
    }

    /// All items, templates first.
    public func entries() -> [Entry] {
        let use = ImageUse(in: home)
        let bakes = BakeDirectory(home: home)
        return TemplateStore(home: home).all().map { entry(.template, $0.name, $0.directory, use) }
            + bakes.digests.map { entry(.bakedImage, String($0.prefix(12)), bakes.baked($0), use) }
            + bakes.abandoned.map { entry(.abandonedBake, "-", $0, use) }
    }

    /// The incomplete directories of bakes that were killed.
    public var abandonedBakes: [FilePath] { BakeDirectory(home: home).abandoned }

    /// Removes the incomplete directories of killed bakes, as the next bake would.
    public func removeAbandonedBakes() throws(FileFailure) {
        try BakeDirectory(home: home).removeAbandoned()
    }

    /// Removes incomplete bakes, templates, and then baked images that nothing depends on.
    ///
    /// Bases of machines' disks stay; running forks keep the files that they have open.
    ///
    /// - Parameter age: Removes only what was not used for this long.
    /// - Returns: The removed items.
    public func prune(unusedFor age: Duration) throws(FileFailure) -> [Entry] {
        try TemplateStore(home: home).prune(keeping: nil)
        var removed = entries().filter { $0.kind == .abandonedBake }
        try removeAbandonedBakes()
        for kind in [Entry.Kind.template, .bakedImage] {
            // Listed again for each kind: a baked image is used by its template until that is removed.
            for entry in entries()
            where entry.kind == kind && entry.usedBy.isEmpty && WallClock.now - entry.lastUse >= age.seconds {
                try Directory.removeTree(entry.directory)
                removed.append(entry)
            }
        }
        return removed
    }

    private func entry(_ kind: Entry.Kind, _ name: String, _ directory: FilePath, _ use: ImageUse) -> Entry {
        let disks = Directory.names(in: directory).filter { $0.hasSuffix(".qcow2") }.map { directory.appending($0) }
        return Entry(
            kind: kind,
            name: name,
            directory: directory,
            size: Directory.occupiedSize(of: directory),
            lastUse: Double(FileStamp(of: directory)?.modified ?? 0) / 1e9,
            usedBy: disks.flatMap(use.overlays),
        )
    }
}
