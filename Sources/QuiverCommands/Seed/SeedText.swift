import CloudInit
import HostSupport
import SystemPackage

/// The input files of a seed, on the command line.
enum SeedText {
    /// The bytes of the file, or of standard input for `-`.
    ///
    /// Reading a named pipe without a writer would block forever; a shell's `<(...)` is in /dev/fd.
    static func readBytes(_ name: String) throws -> [UInt8] {
        let path = name == "-" ? "/dev/stdin" : FilePath(name)
        guard !NamedPipe.is(at: path) || path.starts(with: "/dev") || path.starts(with: "/proc") else {
            throw CommandFailure(.failed, "\(name): is a named pipe; use a file, or - for standard input")
        }
        do {
            return try WholeFile.read(path)
        } catch {
            guard error.reason == .noSuchFileOrDirectory else { throw error }
            throw CommandFailure(.inputOutput, "\(error)\(NearestName.hint(for: path))", cause: error)
        }
    }

    /// The text of the file, or of standard input for `-`.
    static func read(_ name: String) throws -> String {
        try text(of: try readBytes(name), named: name)
    }

    /// The text of the file, which may be compressed with gzip.
    static func readPacked(_ name: String) throws -> (text: String, isCompressed: Bool) {
        let bytes = try readBytes(name)
        return (try text(ofPacked: bytes, named: name), Gzip.isCompressed(bytes))
    }

    /// The bytes as text, unpacked if they are compressed.
    static func text(ofPacked bytes: [UInt8], named name: String) throws -> String {
        try text(of: Gzip.isCompressed(bytes) ? try Gzip.unpack(bytes, named: name) : bytes, named: name)
    }

    /// The bytes as text.
    static func text(of bytes: [UInt8], named name: String) throws -> String {
        if Gzip.isCompressed(bytes) {
            throw CommandFailure(
                .failed,
                "\(name): is compressed, which cloud-init only accepts for user-data and vendor-data; unpack it: "
                    + "gunzip -c \(name)",
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.failed, "\(name): is not UTF-8 text; save it as UTF-8")
        }
        return text
    }

    /// The public keys of the file, one per line.
    static func readKeys(_ name: String) throws -> [String] {
        let text = try read(name)
        if text.contains("PRIVATE KEY") {
            throw CommandFailure(.failed, "\(name): is a private key; use the public one, \(name).pub")
        }
        let keys = text.split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
        guard !keys.isEmpty else { throw CommandFailure(.failed, "\(name): contains no public key") }
        return keys
    }
}
