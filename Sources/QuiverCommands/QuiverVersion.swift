/// The version of this release: the one place where it is written.
enum QuiverVersion {
    /// As in `0.1.0`: <https://semver.org>.
    static let text = "0.1.0"
}
