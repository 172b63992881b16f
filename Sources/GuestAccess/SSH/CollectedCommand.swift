import Synchronization

/// What a command in the guest printed and how it ended.
public struct CollectedCommand: Sendable, Hashable {
    /// The exit status; 128 and the signal's number when a signal ended it.
    public let status: Int32
    /// What the command wrote to standard output, cut off at the limit of whoever collected it.
    public let output: [UInt8]
    /// What the command wrote to standard error, cut off at the same limit.
    public let errors: [UInt8]

    /// Creates an outcome; the parameters are its properties.
    public init(status: Int32, output: [UInt8], errors: [UInt8]) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// Whether the exit status is 0.
    public var isSuccess: Bool { status == 0 }
    /// The standard output as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: output, as: UTF8.self) }

    /// The last line that is not blank of what went to standard error, else of standard output.
    public var lastWords: String {
        let lines = String(decoding: errors.isEmpty ? output : errors, as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? "exit status \(status)"
    }
}

/// Keeps a command's output up to a limit.
final class OutputCollector: Sendable {
    private let limit: Int
    private let kept = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))

    init(limit: Int) {
        self.limit = limit
    }

    func receive(_ stream: OutputStream, _ bytes: [UInt8]) {
        kept.withLock { kept in
            switch stream {
            case .standardOutput: kept.output += bytes.prefix(limit - kept.output.count)
            case .standardError: kept.errors += bytes.prefix(limit - kept.errors.count)
            }
        }
    }

    func outcome(status: Int32) -> CollectedCommand {
        kept.withLock { CollectedCommand(status: status, output: $0.output, errors: $0.errors) }
    }
}
