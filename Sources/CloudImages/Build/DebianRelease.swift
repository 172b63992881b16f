/// A Debian release that images can be built of.
struct DebianRelease: Sendable, Hashable {
    let version: String
    let codename: String

    static let all = [
        DebianRelease(version: "12", codename: "bookworm"),
        DebianRelease(version: "13", codename: "trixie"),
    ]
}
