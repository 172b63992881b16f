import HostSupport
import HostTools
package import SystemPackage

/// The QEMU that a template depends on: no other one is known to load its state correctly.
package struct QEMUIngredient: Hashable {
    package static let name = "QEMU"

    package let program: FilePath
    /// See ``FileFingerprint``; nil for a program that does not exist.
    let fingerprint: String?

    /// The program as it is now.
    package init(program: FilePath) {
        self.program = program
        fingerprint = FileFingerprint(of: program)?.text
    }

    /// Reads what ``value`` wrote; nil for any other text.
    package init?(value: String) {
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        // The path is first because only it may contain spaces.
        let count = words.last == Self.missing ? 1 : FileFingerprint.wordCount
        guard words.count > count else { return nil }
        program = FilePath(words.dropLast(count).joined(separator: " "))
        fingerprint = words.last == Self.missing ? nil : words.suffix(count).joined(separator: " ")
    }

    /// The value that is compared and stored.
    package var value: String { "\(program) \(fingerprint ?? String(Self.missing))" }

    private static let missing: Substring = "missing"

    /// The message for a template that was made by another QEMU.
    ///
    /// - Parameters:
    ///   - version: The version of the QEMU that made the template, as in `7.2.22`.
    ///   - earlier: Its program; nil if not known.
    package func change(from version: String, of earlier: FilePath?) async -> String {
        guard fingerprint != nil else { return "QEMU \(version) at \(program) was removed" }
        guard let now = await Self.version(of: program) else {
            return "QEMU \(version) was replaced by \(program), whose version is not known"
        }
        if now != version { return "QEMU \(version) was replaced by \(now)" }
        if let earlier, earlier != program { return "QEMU \(version) at \(earlier) was replaced by \(program)" }
        return "QEMU \(version) was reinstalled"
    }

    /// The version that a program prints, as in `7.2.22`; nil if it prints none.
    private static func version(of program: FilePath) async -> String? {
        let limit = Duration.seconds(10)
        let outcome = try? await withDeadline(limit, waitingFor: "the version of \(program)") {
            try await ToolRun.run(program.string, ["--version"])
        }
        // QEMU emulator version 7.2.22 (Debian ...)
        guard let outcome, outcome.isSuccess, let mark = outcome.output.firstRange(of: "version ") else { return nil }
        let version = outcome.output[mark.upperBound...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        return version.isEmpty ? nil : String(version)
    }
}
