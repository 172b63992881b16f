import GuestAccess

/// Checks whether the guest reaches its package mirrors, while cloud-init is still using them.
///
/// A package manager tries an unreachable mirror for minutes, and then only reports it in a log.
struct MirrorCheck {
    let helper: GuestHelper
    let packages: [String]
    let limit: Duration
    let onNote: @Sendable (String) -> Void

    /// Returns when a mirror is reachable; does nothing in a guest without apt.
    ///
    /// - Throws: ``TestRunError`` with code `bakeFailed` if none of the mirrors can be reached.
    func run() async throws {
        guard !packages.isEmpty else { return }
        // The user's own mirrors and proxies are not configured before the end of this stage.
        _ = try await helper.wait(for: "cloud-init modules-config finished", within: limit)
        var report = try await MirrorReport(ask())
        if report.isHopeless {
            // One lost packet is not the mirror's fault.
            try await Task.sleep(for: .seconds(2))
            report = try await MirrorReport(ask())
        }
        if report.isHopeless {
            throw TestRunError(
                .bakeFailed,
                "the guest cannot reach its package mirror, \(report.failures.joined(separator: ", ")): "
                    + "\(packages.joined(separator: ", ")) cannot be installed; check that this host reaches it, or set "
                    + "another mirror or a proxy in the user-data (apt: {http_proxy: URL})",
            )
        }
        for failure in report.failures { onNote("the guest cannot reach the mirror \(failure)") }
    }

    private static var question: GuestCommand { GuestCommand(["python3", "-c", script]) }

    /// A guest that is too busy to answer in time says nothing about the mirrors.
    private func ask() async throws -> String {
        do {
            return try await helper.collect(Self.question, within: .seconds(60)).text
        } catch let error as GuestAccessError where error.code == .timedOut {
            return ""
        }
    }

    /// Prints `ok SITE` or `bad SITE: REASON` for each of apt's mirrors, in less than a minute.
    static var script: String { String(decoding: PackageResources.quiver_mirrors_py, as: UTF8.self) }
}

/// The result of a ``MirrorCheck``.
struct MirrorReport: Hashable {
    /// The mirrors that can be reached.
    var reachable: [String] = []
    /// Those that cannot, with the reason.
    var failures: [String] = []

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("ok ") { reachable.append(String(line.dropFirst(3))) }
            if line.hasPrefix("bad ") { failures.append(String(line.dropFirst(4))) }
        }
    }

    /// Whether there are mirrors, and none can be reached.
    var isHopeless: Bool { reachable.isEmpty && !failures.isEmpty }
}
