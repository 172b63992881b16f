import HostSupport

/// Examines a Debian `interfaces` file, as cloud-init reads it: it splits at single blanks and knows no tabs.
struct InterfacesCheck {
    /// What is wrong, with its line in the file, counted from 1.
    private(set) var troubles: [(line: Int, message: String, hint: String)] = []

    private static let families = ["inet", "inet6"]

    init(_ text: String) {
        var hasInterface = false
        for (index, line) in TextLines.of(text).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            switch first {
            case "iface":
                hasInterface = true
                examine(words, line: index + 1)
            case "auto", "source", "source-directory", "mapping": break
            case _ where first.hasPrefix("allow-"): break
            default:
                guard !hasInterface else { break }
                add(index, "\"\(first)\" stands before any interface", "write \"iface NAME inet dhcp\" above it")
            }
            let tabbed = line.drop(while: \.isWhitespace).prefix { $0 != "#" }
            if words.count > 1, tabbed.contains("\t") {
                add(index, "there is a tab between words, at which cloud-init does not split", "use a space instead")
            }
        }
        if !hasInterface {
            add(0, "no interface is described", "write \"auto NAME\" and \"iface NAME inet dhcp\"")
        }
    }

    private mutating func examine(_ words: [String], line: Int) {
        guard words.count == 4 else {
            add(line - 1, "iface takes a name, a family and a method", "write it like \"iface eth0 inet dhcp\"")
            return
        }
        guard !Self.families.contains(words[2]) else { return }
        let meant = NearestName.find(words[2], among: Self.families) ?? "inet"
        add(line - 1, "\"\(words[2])\" is not an address family", "write \(meant)")
    }

    private mutating func add(_ index: Int, _ message: String, _ hint: String) {
        troubles.append((index + 1, message, hint))
    }
}
