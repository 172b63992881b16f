/// What `systemctl show` prints: blocks of `Name=value`, with a blank line between units.
struct SystemdProperties {
    let blocks: [[String: String]]

    init(_ text: String) {
        blocks = text.split(separator: "\n\n").map { block in
            Dictionary(
                block.split(separator: "\n").compactMap { line in
                    line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
                }
            ) { first, _ in first }
        }
    }

    /// A timestamp in microseconds; nil for zero, by which systemd means never, and for more than 35 years.
    static func time(_ text: String?) -> Duration? {
        guard let number = text.flatMap({ Int64($0) }), number > 0, number < 1 << 50 else { return nil }
        return .microseconds(number)
    }
}
