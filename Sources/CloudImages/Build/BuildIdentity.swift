import Digests
import HostSupport

/// What usually differs between builds, derived from the image's content instead: same packages, same bytes.
struct BuildIdentity {
    /// The time of all files created by the build, in seconds since 1970.
    let time: Int64
    private let content: String

    /// - Parameter packages: The manifest, one line per package with its version.
    init(release: DebianRelease, packages: String) {
        time = HostEnvironment["SOURCE_DATE_EPOCH"].flatMap { Int64($0) } ?? release.released
        content = packages
    }

    /// The environment that makes tools use this time: mmdebstrap and mtools, new and old mke2fs.
    var environment: [String: String] {
        ["SOURCE_DATE_EPOCH": "\(time)", "E2FSPROGS_FAKE_TIME": "\(time)", "TZ": "UTC", "LC_ALL": "C.UTF-8"]
    }

    /// A UUID for one purpose, in the form of a random one.
    func uuid(for purpose: String) -> String {
        var digits = Array(hexadecimal(for: purpose).prefix(32))
        digits[12] = "4"
        digits[16] = "8"
        let lengths = [8, 4, 4, 4, 12]
        var parts: [String] = []
        for length in lengths {
            parts.append(String(digits.prefix(length)))
            digits.removeFirst(length)
        }
        return parts.joined(separator: "-")
    }

    /// A FAT volume's serial number, as eight digits.
    func serialNumber(for purpose: String) -> String {
        String(hexadecimal(for: purpose).prefix(8))
    }

    private func hexadecimal(for purpose: String) -> String {
        FileDigest.sha256(of: Array("\(purpose)\n\(content)".utf8))
    }
}
