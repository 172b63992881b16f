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
        home.cache.appending(kind).appending(ShortHash(project.string).text + suffix)
    }
}
