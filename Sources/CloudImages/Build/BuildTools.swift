import HostSupport
import HostTools
import SystemPackage

/// The programs that build an image, and the meaning of their failures.
struct BuildTools {
    /// The directory in which the image is built, for messages.
    let directory: FilePath

    /// Runs a tool until it exits.
    ///
    /// - Parameter hint: How to get the tool if it is missing.
    /// - Returns: What it printed.
    /// - Throws: `ToolMissing`; ``CloudImagesError`` with code `toolFailed`, or `cannotWrite` if the disk is full.
    @discardableResult
    func run(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        grace: Duration = .seconds(2),
        hint: String? = nil,
    ) async throws -> String {
        let outcome: ToolRun.Outcome
        do {
            outcome = try await ToolRun.run(
                name,
                arguments,
                environment: environment.merging(Self.path) { own, _ in own },
                input: input,
                grace: grace,
            )
        } catch let missing as ToolMissing {
            throw ToolMissing(missing.tool, hint: hint)
        }
        guard outcome.isSuccess else { throw failure(of: name, outcome) }
        return outcome.output
    }

    /// Whether a tool is installed and succeeds; its output is ignored.
    static func succeeds(_ name: String, _ arguments: [String]) async -> Bool {
        (try? await ToolRun.run(name, arguments, environment: path).isSuccess) ?? false
    }

    /// On Debian, mke2fs and sfdisk are not in an ordinary user's path.
    private static var path: [String: String] {
        ["PATH": (HostEnvironment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"]
    }

    private func failure(of name: String, _ outcome: ToolRun.Outcome) -> CloudImagesError {
        // The last error is mmdebstrap's own; the tool that ran out of space reported it further up.
        if outcome.errors.contains("No space left on device") {
            return CloudImagesError(
                .cannotWrite,
                "\(directory) or \(HostEnvironment["TMPDIR"] ?? "/tmp"): the disk is full; a build takes about 3 GiB "
                    + "while it runs: free some space",
                cause: Errno.noSpace,
            )
        }
        let lines = outcome.errors.split(separator: "\n").filter { !$0.hasSuffix("due to previous errors") }
        let words = lines.last { $0.hasPrefix("E: ") }.map(String.init) ?? "\(name): \(lines.last ?? "no reason given")"
        return CloudImagesError(.toolFailed, "the image cannot be built: \(words)")
    }
}
