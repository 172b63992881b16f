import HostSupport
import SystemPackage

/// How a process ended.
public enum ProcessEnd: Hashable, Codable, Sendable, CustomStringConvertible {
    /// By itself, with this exit status.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)

    /// Reads what a keeper wrote; nil if there is no such file or it is incomplete.
    init?(recordedAt path: FilePath) {
        guard let words = try? WholeFile.readText(path).split(whereSeparator: \.isWhitespace), words.count == 2,
            let number = Int32(words[1])
        else { return nil }
        switch words[0] {
        case "exited": self = .exited(number)
        case "killed": self = .killed(number)
        default: return nil
        }
    }

    /// The end in words, as in `exit status 1` or `signal 9 (SIGKILL)`.
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "signal \(signal)\(Self.name(of: signal).map { " (\($0))" } ?? "")"
        }
    }

    private static func name(of signal: Int32) -> String? {
        switch signal {
        case 2: "SIGINT"
        case 4: "SIGILL"
        case 6: "SIGABRT"
        case 8: "SIGFPE"
        case 9: "SIGKILL"
        case 11: "SIGSEGV"
        case 15: "SIGTERM"
        case 31: "SIGSYS, a system call that the sandbox forbids"
        default: nil
        }
    }
}
