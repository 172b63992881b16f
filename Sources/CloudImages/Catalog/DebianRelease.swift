/// A Debian release that images can be built from.
struct DebianRelease: Sendable, Hashable {
    let version: String
    let codename: String
    /// When it was released, in seconds since 1970; no file of an image is newer, so that builds are reproducible.
    let released: Int64

    static let all = [
        DebianRelease(version: "12", codename: "bookworm", released: 1_686_355_200),
        DebianRelease(version: "13", codename: "trixie", released: 1_754_697_600),
    ]
}
