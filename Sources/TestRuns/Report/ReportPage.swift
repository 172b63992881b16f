import Machines
import Quantities

/// A run's report as a single HTML page, which needs no server, no network and no other file.
struct ReportPage {
    let title: String
    /// pytest's exit status.
    let status: Int32
    let record: TestRecord
    let timings: [TestTiming]
    let stages: [StageTime]

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(title)): \(Self.escaped(verdict))</title>
        <style>\(ReportStyle.css)</style>
        </head>
        <body>
        <header class="\(status == 0 ? "good" : "bad")">
        <h1>\(Self.escaped(title))</h1>
        <p>\(Self.escaped(verdict))</p>
        </header>
        \(bar)
        \(stageList)
        \(remarks(record.errors, heading: "Could not be collected"))
        \(filters)
        <main>
        \(record.tests.map(row).joined(separator: "\n"))
        </main>
        \(remarks(record.warnings, heading: "Warnings"))
        <script>\(ReportStyle.script)</script>
        </body>
        </html>

        """
    }

    private var verdict: String {
        let counts = record.counts.map { "\($0.count) \($0.outcome.rawValue)" }
        let seconds = stages.reduce(0) { $0 + $1.seconds }
        let what = counts.isEmpty ? "pytest ended with status \(status)" : counts.joined(separator: ", ")
        return "\(what) in \(Duration.seconds(seconds).shortText)"
    }

    /// The outcomes as one bar, each as wide as its share.
    private var bar: String {
        let parts = record.counts.map {
            "<span class=\"\($0.outcome.rawValue)\" style=\"flex:\($0.count)\" title=\"\($0.count) \($0.outcome.rawValue)\"></span>"
        }
        return "<div class=\"bar\">\(parts.joined())</div>"
    }

    private var stageList: String {
        let items = stages.map { stage in
            let note = stage.note.map { " <small>\(Self.escaped($0))</small>" } ?? ""
            return "<li><b>\(Self.escaped(stage.stage.rawValue))</b> "
                + "\(Duration.seconds(stage.seconds).shortText)\(note)</li>"
        }
        return "<ul class=\"stages\">\(items.joined())</ul>"
    }

    private var filters: String {
        let buttons = record.counts.map {
            "<button class=\"\($0.outcome.rawValue)\" data-outcome=\"\($0.outcome.rawValue)\" aria-pressed=\"true\">"
                + "\($0.count) \($0.outcome.rawValue)</button>"
        }
        return
            "<nav>\(buttons.joined())<input type=\"search\" placeholder=\"filter by name\" aria-label=\"filter\"></nav>"
    }

    private func remarks(_ remarks: [TestRecord.Remark], heading: String) -> String {
        guard !remarks.isEmpty else { return "" }
        let items = remarks.map { remark in
            let place = remark.place.map { " <small>\(Self.escaped($0))</small>" } ?? ""
            return "<li><b>\(Self.escaped(remark.id))</b>\(place)<pre>\(Self.escaped(remark.text))</pre></li>"
        }
        return "<section><h2>\(heading)</h2><ul>\(items.joined())</ul></section>"
    }

    private func row(_ test: TestRecord.Test) -> String {
        let outcome = test.outcome
        let timing = timings.first { $0.tests.contains(test.id) }
        let parts = test.id.split(separator: "::", maxSplits: 1).map(String.init)
        let name = parts.count == 2 ? parts[1] : test.id
        let file = parts.count == 2 ? "<small>\(Self.escaped(parts[0]))</small> " : ""
        let isOpen = outcome == .failed || outcome == .error
        return """
            <details class="test" data-outcome="\(outcome.rawValue)"\(isOpen ? " open" : "")>
            <summary><span class="badge \(outcome.rawValue)">\(outcome.rawValue)</span>\
            <span class="name">\(file)\(Self.escaped(name))</span>\
            <span class="time">\(Duration.seconds(test.seconds).shortText)</span></summary>
            \(phases(of: test))\(timing.map(table) ?? "")\(output(of: test))
            </details>
            """
    }

    private func phases(of test: TestRecord.Test) -> String {
        test.phases.map { phase in
            let reason = phase.expected.map { $0.isEmpty ? "expected" : "expected: \($0)" }
            let texts = [reason, phase.text.isEmpty ? nil : phase.text].compactMap { $0 }
            guard !texts.isEmpty else { return "" }
            return "<h3>\(Self.escaped(phase.when))</h3><pre>\(Self.escaped(texts.joined(separator: "\n")))</pre>"
        }.joined()
    }

    private func output(of test: TestRecord.Test) -> String {
        test.output.filter { $0.count == 2 }.map {
            "<h3>\(Self.escaped($0[0]))</h3><pre class=\"output\">\(Self.escaped($0[1]))</pre>"
        }.joined()
    }

    /// The timing breakdown of the test's fork, as a bar.
    private func table(_ timing: TestTiming) -> String {
        let parts = TestTiming.parts.map { ($0.name, $0.duration(timing)) }
        let bars = parts.enumerated().map { place, part in
            "<span class=\"part\(place)\" style=\"flex:\(max(1, Int(part.1 / .milliseconds(1))))\" "
                + "title=\"\(part.0) \(part.1.shortText)\"></span>"
        }
        let legend = parts.enumerated().map { place, part in
            "<span><i class=\"part\(place)\"></i>\(part.0) \(part.1.shortText)</span>"
        }
        let shared = timing.tests.count > 1 ? " <small>shared by \(timing.tests.count) tests</small>" : ""
        return "<div class=\"timing\"><div class=\"parts\">\(bars.joined())</div>"
            + "<p>\(legend.joined())\(shared)</p></div>"
    }

    /// Text escaped for HTML, also for attribute values.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(character)
            // Characters that HTML does not allow, such as a terminal's escape.
            case _ where character.value < 32 || character.value == 127: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
