import Digests
import HostSupport
import SystemPackage

/// The digest of a file, by the algorithm that its length shows.
public struct ImageDigest: Sendable, Hashable, CustomStringConvertible {
    /// The algorithms that vendors publish.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// SHA-256, with 64 hexadecimal digits.
        case sha256
        /// SHA-512, with 128 hexadecimal digits.
        case sha512

        fileprivate var digits: Int {
            switch self {
            case .sha256: 64
            case .sha512: 128
            }
        }
    }

    /// The algorithm, as the number of digits shows it.
    public let algorithm: Algorithm
    /// The digest in lower-case hexadecimal digits.
    public let hexadecimal: String

    /// The digest as `sha256:…`.
    public var description: String { "\(algorithm.rawValue):\(hexadecimal)" }

    /// Reads a digest with its algorithm before it (`sha256:…`) or without; nil if the text is not a digest.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let digits = parts.last?.lowercased(), digits.allSatisfy(\.isHexDigit) else { return nil }
        guard let algorithm = Algorithm.allCases.first(where: { $0.digits == digits.count }) else { return nil }
        guard parts.count == 1 || parts[0].lowercased() == algorithm.rawValue else { return nil }
        self.algorithm = algorithm
        hexadecimal = digits
    }

    /// Whether the file has this digest.
    func matches(_ path: FilePath) async throws -> Bool {
        try await hexadecimal == Self.compute(algorithm, of: path)
    }

    static func compute(_ algorithm: Algorithm, of path: FilePath) async throws -> String {
        switch algorithm {
        case .sha256: try await FileDigest.sha256(of: path)
        case .sha512: try await FileDigest.sha512(of: path)
        }
    }
}

/// A vendor's list of digests, in any of the formats in use.
enum DigestList {
    /// The digest that the list gives for a file.
    ///
    /// Lines are `DIGEST  NAME`, `DIGEST *NAME` or `SHA256 (NAME) = DIGEST`; a list with a single bare digest is for
    /// the file next to it.
    static func digest(of fileName: String, in list: String) -> ImageDigest? {
        let lines = list.split(whereSeparator: \.isNewline)
        for line in lines {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if words.count == 2, let digest = ImageDigest(words[0]) {
                let name = words[1].hasPrefix("*") ? words[1].dropFirst() : words[1]
                if name == fileName || name.hasSuffix("/" + fileName) { return digest }
            }
            if words.count == 4, words[1] == "(\(fileName))", words[2] == "=", let digest = ImageDigest(words[3]) {
                return digest
            }
        }
        let words = lines.flatMap { $0.split(separator: " ") }
        return words.count == 1 ? ImageDigest(words[0]) : nil
    }
}
