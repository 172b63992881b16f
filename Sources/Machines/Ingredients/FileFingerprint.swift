import LibC
package import SystemPackage

/// Shows whether a file is unchanged without reading it: any write changes its time of change.
package struct FileFingerprint: Hashable, Sendable {
    /// Device, inode, size in bytes, and times of modification and change in nanoseconds.
    package let text: String
    package let size: UInt64

    /// The number of words in the text.
    static let wordCount = 5

    /// Nil if there is no such file.
    package init?(of path: FilePath) {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        size = UInt64(status.st_size)
        text = [
            "\(status.st_dev)", "\(status.st_ino)", "\(size)", "\(modified.tv_sec).\(modified.tv_nsec)",
            "\(changed.tv_sec).\(changed.tv_nsec)",
        ].joined(separator: " ")
    }
}
