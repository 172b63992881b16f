/// What a line of a guest's console says about the boot, before the guest's helper can report it.
package enum ConsoleFinding: Hashable {
    /// There is a login prompt: the boot is over.
    case login
    /// cloud-init has ended, successfully or not.
    ///
    /// `dataSource` is where its configuration came from, as in `DataSourceNoCloud [seed=/dev/vdb]`.
    case cloudInitEnded(dataSource: String)
    /// The guest cannot finish booting.
    case hopeless(String)
    /// systemd waits for a job.
    ///
    /// `seconds` is how long it has waited, `limit` is systemd's text for the time limit, as in `no limit`.
    case waiting(job: String, seconds: Int, limit: String)

    /// Reads a line without escape sequences; nil for a line that means nothing here.
    package init?(line: String) {
        let line = line.trimmingSuffix { $0.isWhitespace }
        if let dataSource = Self.dataSource(inFinalMessage: line) {
            self = .cloudInitEnded(dataSource: dataSource)
        } else if let reason = Self.dead.first(where: { line.contains($0.words) })?.meaning {
            self = .hopeless(reason)
        } else if Self.isPrompt(line) {
            self = .login
        } else if let start = line.firstRange(of: "A start job is running for ") {
            self.init(job: line[start.upperBound...])
        } else {
            return nil
        }
    }

    /// Whether a line begins like `debian login:`; messages of the kernel and others may follow on the same line.
    private static func isPrompt(_ line: String) -> Bool {
        guard let words = line.firstRange(of: " login:") else { return false }
        let host = line[..<words.lowerBound]
        return !host.isEmpty && !host.contains(where: \.isWhitespace)
    }

    /// Reads `Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026 21:15:23 +0000. Datasource DataSourceNone.  Up 32.13
    /// seconds`.
    private static func dataSource(inFinalMessage line: String) -> String? {
        guard let start = line.firstRange(of: "Cloud-init v. "),
            let end = line[start.upperBound...].firstRange(of: " finished at ")
        else { return nil }
        let rest = line[end.upperBound...]
        guard let name = rest.firstRange(of: "Datasource ") else { return "" }
        let text = rest[name.upperBound...]
        return text[..<(text.firstRange(of: ".  Up ")?.lowerBound ?? text.endIndex)].trimmingSuffix { $0.isWhitespace }
    }

    /// The meaning of lines after which nothing more is printed.
    private static let dead: [(words: String, meaning: String)] = [
        ("Kernel panic - not syncing", "its kernel panicked"),
        ("Dropping to a shell", "its initial RAM disk cannot find the root file system"),
        ("Unable to mount root fs", "its kernel cannot find the root file system"),
        ("You are in emergency mode", "systemd gave up and is in emergency mode"),
        ("Cannot open access to console, the root account is locked", "systemd gave up and is in emergency mode"),
        ("No bootable device", "its firmware found nothing to boot"),
        ("error: no such device", "its boot loader cannot find the root file system"),
    ]

    /// Reads `Wait for Network to be Configured (1min 5s / no limit)`.
    private init?(job text: Substring) {
        guard text.hasSuffix(")"), let open = text.lastIndex(of: "("), let slash = text[open...].firstRange(of: " / ")
        else { return nil }
        var seconds = 0
        for part in text[text.index(after: open)..<slash.lowerBound].split(separator: " ") {
            let units = [("min", 60), ("h", 3600), ("s", 1)]
            guard let unit = units.first(where: { part.hasSuffix($0.0) }),
                let count = UInt16(part.dropLast(unit.0.count))
            else { return nil }
            seconds += Int(count) * unit.1
        }
        self = .waiting(
            job: text[..<open].trimmingSuffix { $0.isWhitespace },
            seconds: seconds,
            limit: String(text[slash.upperBound...].dropLast()),
        )
    }
}

extension StringProtocol {
    /// The text without the characters at its end that fit.
    fileprivate func trimmingSuffix(_ fits: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, fits(last) { text.removeLast() }
        return String(text)
    }
}
