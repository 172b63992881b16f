import HostSupport
import SystemPackage

/// Searches for a base image that is not at its recorded path.
struct BaseSearch {
    /// A file that is, or may be, the base.
    struct Found {
        let path: FilePath
        /// Whether length and modification time match the overlay's record; otherwise only the name matches.
        let isVerified: Bool
    }

    let base: FilePath
    let overlay: FilePath
    let identity: BaseIdentity?
    let directories: [FilePath]

    /// The most files to examine, so that the search stays fast.
    private static let mostFiles = 4000

    func run() -> Found? {
        let places = [overlay.removingLastComponent(), base.removingLastComponent()] + directories
        var files: [FilePath] = []
        for place in places {
            for name in Directory.names(in: place) {
                let path = place.appending(name)
                // Images of a store are one directory deeper.
                files += [path] + Directory.names(in: path).map { path.appending($0) }
            }
            guard files.count < Self.mostFiles else { break }
        }
        files = files.prefix(Self.mostFiles).filter { $0 != overlay }
        if let identity, let same = files.first(where: { isSame($0, as: identity) }) {
            return Found(path: same, isVerified: true)
        }
        guard let namesake = files.first(where: { $0.lastComponent == base.lastComponent }),
            (try? DiskFacts.read(namesake)) != nil
        else { return nil }
        return Found(path: namesake, isVerified: false)
    }

    private func isSame(_ path: FilePath, as identity: BaseIdentity) -> Bool {
        guard let file = try? DiskFile(path) else { return false }
        return identity.matches(file)
    }
}
