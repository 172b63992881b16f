import HostSupport
import SystemPackage

/// The programs that make an image, and what their failures mean.
struct BuildTools {
    /// The folder in which the image is made, for messages.
    let folder: FilePath

    /// Runs a tool to its end.
    ///
    /// - Parameter hint: How to get the tool where it is missing.
    /// - Returns: What it printed.
    /// - Throws: `ToolMissing`; ``CloudImagesError`` with code `toolFailed`, or `cannotWrite` when the disk is full.
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

    /// Whether a tool is there and ends well; what it prints is of no interest.
    static func succeeds(_ name: String, _ arguments: [String]) async -> Bool {
        (try? await ToolRun.run(name, arguments, environment: path).isSuccess) ?? false
    }

    /// Debian keeps mke2fs and sfdisk out of an ordinary user's path.
    private static var path: [String: String] {
        ["PATH": (HostEnvironment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"]
    }

    private func failure(of name: String, _ outcome: ToolRun.Outcome) -> CloudImagesError {
        // The last error is mmdebstrap's own; what ran out of room said so further up.
        if outcome.errors.contains("No space left on device") {
            return CloudImagesError(
                .cannotWrite,
                "\(folder) or \(HostEnvironment["TMPDIR"] ?? "/tmp"): the disk is full; a build takes about 3 GiB "
                    + "while it runs: free some space",
                cause: Errno.noSpace,
            )
        }
        let lines = outcome.errors.split(separator: "\n").filter { !$0.hasSuffix("due to previous errors") }
        let words = lines.last { $0.hasPrefix("E: ") }.map(String.init) ?? "\(name): \(lines.last ?? "no reason given")"
        return CloudImagesError(.toolFailed, "the image cannot be built: \(words)")
    }
}
