import QAPI
import QMPClient
import QMPCore

extension Machine {
    /// Runs a command on QEMU's human monitor (HMP) and returns its output without the final newline.
    ///
    /// The monitor has no errors, only text; ``HumanMonitor/looksLikeError(_:)`` recognises the usual messages.
    ///
    /// - Throws: ``MachineError`` when QEMU cannot be reached.
    public func humanMonitor(_ command: String) async throws(MachineError) -> String {
        let text = try await reporting { () throws(QMPError) in
            try await qmp.humanMonitorCommand(commandLine: command)
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        return lines.joined(separator: "\n").trimmingNewlines
    }
}

/// The syntax of QEMU's human monitor.
public enum HumanMonitor {
    /// An argument, quoted so that the monitor reads it unchanged.
    static func quoted(_ argument: String) -> String {
        let escaped = argument.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    /// Whether a reply says that the command failed.
    public static func looksLikeError(_ reply: String) -> Bool {
        let first = reply.prefix { !$0.isNewline }
        return [
            "Error:", "error:", "unknown command:", "Invalid parameter", "invalid char", "Command not found",
        ].contains { first.hasPrefix($0) } || first.hasSuffix(": extraneous characters at the end of line")
            || first.contains("expected") && first.contains(":")
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        String(drop(while: \.isNewline).reversed().drop(while: \.isNewline).reversed())
    }
}
