import HostSupport
import SystemPackage

/// Where baked images are kept: a folder each, named by its digest, and beside it the lock of whoever makes it.
struct BakeFolder {
    private static let stagingPrefix = ".making-"
    private static let lockSuffix = ".lock"

    let path: FilePath

    init(home: QuiverHome) {
        path = home.cache.appending("bakes")
    }

    func baked(_ digest: String) -> FilePath { path.appending(digest) }

    /// Held while the image is made.
    func lock(_ digest: String) -> FilePath { path.appending(digest + Self.lockSuffix) }

    /// Where the image is made, by whoever holds its lock.
    func staging(_ digest: String) -> FilePath { path.appending(Self.stagingPrefix + digest) }

    /// The digests of the images that are there.
    var digests: [String] {
        Folder.names(in: path).filter { !$0.hasPrefix(".") && !$0.hasSuffix(Self.lockSuffix) }
    }

    /// What bakes that were killed have left half made.
    var abandoned: [FilePath] {
        unfinished.filter { !FileLock.isHeld(lock($0)) }.map(staging)
    }

    /// Removes what bakes that were killed have left, and locks that nobody holds.
    func removeAbandoned() throws(FileFailure) {
        for digest in unfinished {
            try FileLock.reap(lock(digest)) { () throws(FileFailure) in try Folder.removeTree(staging(digest)) }
        }
        for name in Folder.names(in: path) where name.hasSuffix(Self.lockSuffix) {
            try FileLock.reap(path.appending(name))
        }
    }

    /// The digests of the images that are being made, or were.
    private var unfinished: [String] {
        Folder.names(in: path).filter { $0.hasPrefix(Self.stagingPrefix) }
            .map { String($0.dropFirst(Self.stagingPrefix.count)) }
    }
}
