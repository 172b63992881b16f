import GuestAccess

/// The times of a boot, as they are printed.
struct WaterfallReport: Renderable {
    struct Span: Encodable {
        let name: String
        let start: Double
        let end: Double
        let hint: String?

        init(_ span: BootTimes.Span, hint: String? = nil) {
            name = span.name
            start = span.start.inSeconds
            end = span.end.inSeconds
            self.hint = hint
        }

        var seconds: Double { end - start }
    }

    let machine: String
    /// All times are seconds.
    let stages: [Span]
    let services: [Span]
    let ssh: Double?
    let cloudInit: Double?
    let avoidable: [Span]

    private enum CodingKeys: String, CodingKey {
        case machine, stages, services, ssh, avoidable
        case cloudInit = "cloud_init"
    }

    private static let width = 40

    init(_ machine: String, _ times: BootTimes, services count: Int) {
        self.machine = machine
        stages = times.stages.map { Span($0) }
        services = times.services.prefix(max(0, count)).map { Span($0) }
        ssh = times.sshReady?.inSeconds
        cloudInit = times.cloudInitEnded?.inSeconds
        avoidable = times.avoidableWaits.map { Span($0.span, hint: $0.hint) }
    }

    var text: String {
        let whole = max(0.01, (stages + services).map(\.end).max() ?? 1)
        let nameWidth = (stages + services).map(\.name.count).max() ?? 0
        func line(_ span: Span) -> String {
            let name = span.name + String(repeating: " ", count: nameWidth - span.name.count)
            return "\(name)  \(Self.number(span.start))  \(Self.number(span.seconds))  \(bar(span, of: whole))"
        }
        var lines = [String(repeating: " ", count: nameWidth) + "    start     took"]
        lines += stages.map(line)
        if let ssh { lines.append("ssh answered after \(Self.number(ssh, width: 0)) s") }
        if let cloudInit { lines.append("cloud-init finished after \(Self.number(cloudInit, width: 0)) s") }
        if !services.isEmpty { lines += ["", "slowest services:"] + services.map(line) }
        if !avoidable.isEmpty { lines += ["", "avoidable:"] }
        for span in avoidable {
            lines.append("\(span.name), \(Self.number(span.seconds, width: 0)) s: \(span.hint ?? "")")
        }
        return lines.joined(separator: "\n")
    }

    private func bar(_ span: Span, of whole: Double) -> String {
        // The guest's clock may be set during the boot, and cloud-init's times are wall-clock times.
        let before = min(Self.width, max(0, Int(span.start / whole * Double(Self.width))))
        let length = min(Self.width, max(1, Int((span.seconds / whole * Double(Self.width)).rounded())))
        return String(repeating: " ", count: before) + String(repeating: "#", count: length)
    }

    /// Seconds with two decimals, right-aligned.
    private static func number(_ seconds: Double, width: Int = 7) -> String {
        let hundredths = Int((seconds * 100).rounded())
        let (whole, fraction) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
        let text = "\(hundredths < 0 ? "-" : "")\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
