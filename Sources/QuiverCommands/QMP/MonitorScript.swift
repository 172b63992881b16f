import Quantities
import WireJSON

/// The lines of a script for `quiver qmp run`.
struct MonitorScript {
    /// The meaning of one line.
    enum Step: Equatable {
        /// Execute a command.
        case execute(String, JSONObject, outOfBand: Bool)
        /// Wait for an event of this name, counted from the start of the script.
        case wait(event: String)
        case sleep(Duration)
    }

    let steps: [(line: Int, step: Step)]

    /// Reads a script: a command in JSON, `wait EVENT` or `sleep DURATION` on each line; `#` begins a comment.
    init(_ text: String, name: String) throws {
        var steps: [(Int, Step)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            do {
                steps.append((index + 1, try Self.step(String(line), words.map(String.init))))
            } catch {
                throw CommandFailure(.usage, "\(name):\(index + 1): \(error)", cause: error)
            }
        }
        self.steps = steps
    }

    private static func step(_ line: String, _ words: [String]) throws -> Step {
        switch (words[0], words.count) {
        case ("wait", 2): return .wait(event: words[1])
        case ("sleep", 2):
            guard let duration = Duration(parsing: words[1]) else {
                throw CommandFailure(.usage, "'\(words[1])' is not a duration; use e.g. 500ms, 2s or 1m")
            }
            return .sleep(duration)
        default:
            guard words[0].hasPrefix("{") else {
                throw CommandFailure(
                    .usage,
                    "'\(words[0])' is neither a command in JSON nor 'wait EVENT' nor 'sleep DURATION'"
                )
            }
            let (name, arguments, outOfBand) = try command(line)
            return .execute(name, arguments, outOfBand: outOfBand)
        }
    }

    /// Reads a command in QEMU's form, as in `{"execute": "stop"}`.
    static func command(_ text: String) throws -> (name: String, arguments: JSONObject, outOfBand: Bool) {
        let object = try JSONObject(json: JSON.parse(text))
        guard let name = (object["execute"] ?? object["exec-oob"])?.stringValue else {
            throw CommandFailure(.usage, "the object has no member execute")
        }
        return (name, try object.optionalValue("arguments") ?? [:], object["exec-oob"] != nil)
    }
}
