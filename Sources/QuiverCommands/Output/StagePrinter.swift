import GuestAccess
import Quantities
import Synchronization
import TestRuns

/// Prints each stage of a run to standard error, with its time.
///
/// On a terminal, a stage's line is drawn when it begins and redrawn when it ends; elsewhere these are two lines.
final class StagePrinter: StageObserver {
    private let isTerminal = StandardError.isTerminal

    func began(_ stage: Stage) {
        if isTerminal && stage != .pytest {
            StandardError.writeRaw("\(padded(stage)) ...")
        } else {
            StandardError.write("\(padded(stage)) ...")
        }
    }

    func ended(_ time: StageTime) {
        let note = time.note.map { "  (\(GuestText.shown($0)))" } ?? ""
        let line = "\(padded(time.stage)) \(Duration.seconds(time.seconds).shortText)\(note)"
        // Clears the line, which still has the stage's first text.
        let clear = isTerminal && time.stage != .pytest ? "\r\u{1B}[K" : ""
        StandardError.write(clear + line)
    }

    func noticed(_ stage: Stage, _ text: String) {
        StandardError.write((isTerminal ? "\r\u{1B}[K" : "") + "\(padded(stage)) \(GuestText.shown(text))")
    }

    private func padded(_ stage: Stage) -> String {
        let width = Stage.allCases.map(\.rawValue.count).max() ?? 0
        return stage.rawValue + String(repeating: " ", count: width - stage.rawValue.count)
    }
}
