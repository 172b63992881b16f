import HostSupport
import SystemPackage

/// What Quiver caches about a project between runs; losing it costs little.
enum ProjectCache {
    /// The file of one kind for a project.
    ///
    /// - Parameters:
    ///   - kind: The directory below the cache, as in `durations`.
    ///   - suffix: The end of the file's name, as in `.json`.
    static func file(_ kind: String, _ suffix: String, of project: FilePath, home: QuiverHome) -> FilePath {
        // FNV-1a: a name that is short and always the same for a path.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in project.string.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return home.cache.appending(kind).appending(String(hash, radix: 36) + suffix)
    }
}
