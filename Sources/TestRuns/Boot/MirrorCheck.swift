import GuestAccess

/// Tries whether the guest reaches the mirrors that its packages come from, while cloud-init is still asking them.
///
/// A package manager gives a mirror out of reach minutes before it says so, and says it in a log.
struct MirrorCheck {
    let helper: GuestHelper
    let packages: [String]
    let limit: Duration
    let onNote: @Sendable (String) -> Void

    /// Returns when the packages can come; there is nothing to try in a guest without apt.
    ///
    /// - Throws: ``TestRunError`` with code `bakeFailed` when none of the mirrors can be reached.
    func run() async throws {
        guard !packages.isEmpty else { return }
        // Before this stage has ended, the user's own mirrors and proxies are not configured.
        _ = try await helper.wait(for: "cloud-init modules-config finished", within: limit)
        var report = try await MirrorReport(ask())
        if report.isHopeless {
            // One lost packet is no fault of the mirror's.
            try await Task.sleep(for: .seconds(2))
            report = try await MirrorReport(ask())
        }
        if report.isHopeless {
            throw TestRunError(
                .bakeFailed,
                "the guest cannot reach the mirror of its packages, \(report.failures.joined(separator: ", ")): "
                    + "\(packages.joined(separator: ", ")) cannot be installed; see whether this host reaches it, or name "
                    + "another mirror or a proxy in the user-data (apt: {http_proxy: URL})",
            )
        }
        for failure in report.failures { onNote("the guest cannot reach the mirror \(failure)") }
    }

    private func ask() async throws -> String {
        try await helper.collect(GuestCommand(["python3", "-c", Self.script]), within: .seconds(60)).text
    }

    /// Prints `ok SITE` or `bad SITE: REASON` for each of apt's sites; with a proxy it is the proxy that must answer.
    private static let script = """
        import socket, subprocess, urllib.parse
        def ask(*words):
            try:
                return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30).stdout
            except (OSError, subprocess.SubprocessError):
                return ""
        sites = sorted(set(ask("apt-get", "indextargets", "--format", "$(SITE)").split()))
        proxies = dict(line.split() for line in ask("apt-config", "dump", "--format", "%f %v%n").splitlines()
                       if line.lower().startswith("acquire::http") and "::proxy " in line.lower() and len(line.split()) == 2)
        for site in sites:
            url = urllib.parse.urlsplit(site)
            if url.scheme not in ("http", "https"):
                continue
            proxy = next((v for k, v in proxies.items() if k.lower() == "acquire::%s::proxy" % url.scheme), "")
            if proxy and proxy != "DIRECT":
                url = urllib.parse.urlsplit(proxy)
            try:
                port = url.port or {"https": 443}.get(url.scheme, 80)
                socket.create_connection((url.hostname, port), timeout=5).close()
                print("ok", site)
            except (OSError, ValueError) as error:
                print("bad %s: %s" % (site if not proxy else "%s by the proxy %s" % (site, proxy), error))
        """
}

/// What a ``MirrorCheck`` heard.
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
