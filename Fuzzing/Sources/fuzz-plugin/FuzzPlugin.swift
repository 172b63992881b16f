import FuzzDriver
import GuestAccess
import PluginProtocol
import WireJSON

/// Feeds the host's side of the pytest plugin's protocol with what libFuzzer makes up.
@main
struct FuzzPlugin {
    static func main() { fuzz(check) }

    private static let told = [2, 5, 7]

    /// Whatever a guest sends, nothing may trap, and each test that was told has one outcome, in order.
    private static func check(_ bytes: [UInt8]) {
        var results = ResultSequence(of: told, token: "t")
        var outcomes: [ResultSequence.Final] = []
        var isDone = false
        for case .message(let message, _) in MessageReader.Incoming.all(in: bytes) {
            if let suite = try? CollectedSuite(json: .object(message)) { checkShown(suite.pytest) }
            guard !isDone, let known = RunnerMessage(message) else { continue }
            let (finals, isLast) = results.take(known) { "" }
            outcomes += finals
            isDone = isLast
        }
        let hasEnded = results.endsRun || outcomes.last?.outcome.endsRun == true
        outcomes +=
            results.current == nil || results.endsRun
            ? results.end() : results.end(reason: "the machine ended", output: "", seconds: 0)
        let indices = outcomes.map(\.index)
        guard indices == Array(told.prefix(indices.count)) else { fatalError("outcomes of \(indices)") }
        guard hasEnded || !isDone || indices == told else { fatalError("outcomes of only \(indices)") }
        for (index, outcome) in outcomes {
            guard (0...1e8).contains(outcome.seconds) else { fatalError("\(outcome.seconds) seconds") }
            guard (try? JSON.object(outcome.replay(of: index)).serialized()) != nil else {
                fatalError("an outcome that cannot be passed on: \(outcome)")
            }
        }
    }
}
