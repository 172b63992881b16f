import HostSupport
import HostTools

/// Which rsync a host has.
enum RsyncKind: Hashable, Sendable {
    /// The rsync of samba.org, whose options are used here.
    case samba
    /// Another program of that name, such as the openrsync of macOS, which knows few of the options.
    case other
    case missing

    /// Reads what `rsync --version` prints.
    init(version text: String) {
        let words = text.split(separator: "\n").first.map { $0.split(separator: " ") } ?? []
        let major = words.dropFirst(2).first.flatMap { Int($0.prefix { $0.isNumber }) }
        let isSamba = words.prefix(2) == ["rsync", "version"] && (major ?? 0) >= 3
        self = isSamba ? .samba : .other
    }

    /// Asks the host's rsync.
    static func ofHost() async throws -> RsyncKind {
        do {
            let outcome = try await ToolRun.run("rsync", ["--version"])
            return outcome.isSuccess ? RsyncKind(version: outcome.output) : .other
        } catch is ToolMissing {
            return .missing
        }
    }
}
