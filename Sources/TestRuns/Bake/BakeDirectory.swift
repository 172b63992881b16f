import HostSupport
import SystemPackage

/// The directory of baked images: one directory each, named by its digest, and next to it the lock of a running bake.
struct BakeDirectory {
    private static let stagingPrefix = ".making-"
    private static let lockSuffix = ".lock"

    let path: FilePath

    init(home: QuiverHome) {
        path = home.cache.appending("bakes")
    }

    func baked(_ digest: String) -> FilePath { path.appending(digest) }

    /// Held while the image is baked.
    func lock(_ digest: String) -> FilePath { path.appending(digest + Self.lockSuffix) }

    /// Where the image is baked, by the holder of its lock.
    func staging(_ digest: String) -> FilePath { path.appending(Self.stagingPrefix + digest) }

    /// The digests of the existing images.
    var digests: [String] {
        Directory.names(in: path).filter { !$0.hasPrefix(".") && !$0.hasSuffix(Self.lockSuffix) }
    }

    /// The incomplete directories of bakes that were killed.
    var abandoned: [FilePath] {
        unfinished.filter { !FileLock.isHeld(lock($0)) }.map(staging)
    }

    /// Removes what killed bakes have left behind, and unused locks.
    func removeAbandoned() throws(FileFailure) {
        for digest in unfinished {
            try FileLock.reap(lock(digest)) { () throws(FileFailure) in try Directory.removeTree(staging(digest)) }
        }
        for name in Directory.names(in: path) where name.hasSuffix(Self.lockSuffix) {
            try FileLock.reap(path.appending(name))
        }
    }

    /// The digests of bakes that are running, or were killed.
    private var unfinished: [String] {
        Directory.names(in: path).filter { $0.hasPrefix(Self.stagingPrefix) }
            .map { String($0.dropFirst(Self.stagingPrefix.count)) }
    }
}
