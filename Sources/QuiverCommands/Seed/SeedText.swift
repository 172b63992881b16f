import CloudImages
import HostSupport
import SystemPackage

/// Texts for a seed, as the command line names them.
enum SeedText {
    /// The bytes of the file, or of standard input for `-`.
    ///
    /// A named pipe that nobody writes to would be waited for without end; a shell's `<(...)` lies in /dev/fd.
    static func readBytes(_ name: String) throws -> [UInt8] {
        let path = name == "-" ? "/dev/stdin" : FilePath(name)
        guard !NamedPipe.is(at: path) || path.starts(with: "/dev") || path.starts(with: "/proc") else {
            throw CommandFailure(.failed, "\(name): is a named pipe; give a file, or - for standard input")
        }
        return try WholeFile.read(path)
    }

    /// The text of the file, or of standard input for `-`.
    static func read(_ name: String) throws -> String {
        try text(of: try readBytes(name), named: name)
    }

    /// The bytes as text.
    static func text(of bytes: [UInt8], named name: String) throws -> String {
        if bytes.starts(with: [0x1F, 0x8B]) {
            throw CommandFailure(.failed, "\(name): is compressed; unpack it first: gunzip -c \(name) > user-data")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.failed, "\(name): is no UTF-8 text; save it as UTF-8")
        }
        return text
    }

    /// The public keys of the file, one a line.
    static func readKeys(_ name: String) throws -> [String] {
        let text = try read(name)
        if text.contains("PRIVATE KEY") {
            throw CommandFailure(.failed, "\(name): is a private key; give the public one, \(name).pub")
        }
        let keys = text.split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
        guard !keys.isEmpty else { throw CommandFailure(.failed, "\(name): has no public key in it") }
        return keys
    }
}
