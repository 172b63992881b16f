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
        let note = time.note.map { "  (\($0))" } ?? ""
        // The line still has the stage's first text.
        if time.stage != .pytest { StandardError.clearLine() }
        StandardError.write("\(padded(time.stage)) \(Duration.seconds(time.seconds).shortText)\(note)")
    }

    func noticed(_ stage: Stage, _ text: String) {
        StandardError.clearLine()
        StandardError.write("\(padded(stage)) \(text)")
    }

    private func padded(_ stage: Stage) -> String {
        let width = Stage.allCases.map(\.rawValue.count).max() ?? 0
        return stage.rawValue + String(repeating: " ", count: width - stage.rawValue.count)
    }
}
