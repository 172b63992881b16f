import CloudImages
public import HostSupport
import Machines
public import Quantities
public import SystemPackage

/// What test runs keep so that the next one begins sooner: baked images, and templates of machines that are warm.
///
/// All of it can be made again.
public struct RunCache: Sendable {
    /// One thing that is kept, in a folder of its own.
    public struct Entry: Sendable {
        /// What an entry is.
        public enum Kind: String, Sendable {
            /// An image that is provisioned for a project.
            case bakedImage = "baked image"
            /// A machine that was frozen when it was warm.
            case template
            /// What a bake that was killed has left.
            case abandonedBake = "abandoned bake"
        }

        /// What the entry is.
        public let kind: Kind
        /// A template's name, or the first digits of a baked image's digest.
        public let name: String
        /// The directory that holds it and nothing else.
        public let folder: FilePath
        /// What its files take on the disk.
        public let size: ByteCount
        /// When it was made or, for a template, used last; in seconds since 1970.
        public let lastUse: Double
        /// The disks that are made on its own, of machines and templates.
        public let usedBy: [FilePath]
    }

    /// The home whose cache this is.
    public let home: QuiverHome

    /// Opens the cache of a home, which need not exist yet.
    public init(home: QuiverHome = .current) {
        self.home = home
    }

    /// All that is kept, templates first.
    public func entries() -> [Entry] {
        let use = ImageUse(in: home)
        let bakes = BakeFolder(home: home)
        return TemplateStore(home: home).all().map { entry(.template, $0.name, $0.folder, use) }
            + bakes.digests.map { entry(.bakedImage, String($0.prefix(12)), bakes.baked($0), use) }
            + bakes.abandoned.map { entry(.abandonedBake, "-", $0, use) }
    }

    /// The folders that bakes left half made when they were killed; nobody works on them any more.
    public var abandonedBakes: [FilePath] { BakeFolder(home: home).abandoned }

    /// Removes what bakes left half made when they were killed, which the next bake would do too.
    public func removeAbandonedBakes() throws(FileFailure) {
        try BakeFolder(home: home).removeAbandoned()
    }

    /// Removes what was left half made, templates, and then baked images that nothing is made on.
    ///
    /// What a machine's disk lies on stays; forks that run keep what they have open.
    ///
    /// - Parameter age: Only what was not used for this long.
    /// - Returns: What was removed.
    public func prune(unusedFor age: Duration) throws(FileFailure) -> [Entry] {
        try TemplateStore(home: home).prune(keeping: nil)
        var removed = entries().filter { $0.kind == .abandonedBake }
        try removeAbandonedBakes()
        for kind in [Entry.Kind.template, .bakedImage] {
            // Looked at anew for each kind: a baked image is used by its template until that is gone.
            for entry in entries()
            where entry.kind == kind && entry.usedBy.isEmpty && WallClock.now - entry.lastUse >= age.seconds {
                try Folder.removeTree(entry.folder)
                removed.append(entry)
            }
        }
        return removed
    }

    private func entry(_ kind: Entry.Kind, _ name: String, _ folder: FilePath, _ use: ImageUse) -> Entry {
        let disks = Folder.names(in: folder).filter { $0.hasSuffix(".qcow2") }.map { folder.appending($0) }
        return Entry(
            kind: kind,
            name: name,
            folder: folder,
            size: Folder.occupiedSize(of: folder),
            lastUse: Double(FileStamp(of: folder)?.modified ?? 0) / 1e9,
            usedBy: disks.flatMap(use.overlays),
        )
    }
}
