import FuzzDriver
import WireJSON

@testable import GuestAccess

/// Feeds the host's side of the helper's protocol with what libFuzzer makes up.
@main
struct FuzzHelper {
    static func main() { fuzz(check) }

    /// Whatever a guest sends, nothing may trap, and what is taken from it is within its limits.
    private static func check(_ bytes: [UInt8]) {
        var session = HelperSession(firstID: 1)
        for _ in 1...8 { _ = session.number() }
        var milestones: [GuestMilestone] = []
        for case .message(let message, _) in MessageReader.Incoming.all(in: bytes) {
            switch session.received(message) {
            case .answer(let id, let answer):
                guard (1...8).contains(id) else { fatalError("an answer to nothing: \(id)") }
                milestones += read(answer)
            case .refusal(_, let reason): checkShown(reason)
            case .milestone(let milestone): milestones.append(milestone)
            case .output, .ignore: break
            }
        }
        let times = BootTimes(milestones: milestones, manager: "", units: "")
        for span in times.stages where span.duration < .zero && span.start < .zero { fatalError("\(span)") }
        for status in milestones.compactMap(\.cloudInit) { status.explanations.forEach(checkShown) }
    }

    /// Reads an answer as each of the requests would.
    private static func read(_ answer: JSONObject) -> [GuestMilestone] {
        if let fixUp = try? GuestHelper.FixUpAnswer(answer), let monotonic = fixUp.monotonic {
            // As it is added to the host's wall clock.
            _ = GuestFixUp.wallClock() + monotonic
        }
        if let files = GuestHelper.files(in: answer) {
            for name in files.keys where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
                fatalError("a name that leads out of its directory: \(name.debugDescription)")
            }
        }
        if let status = try? answer.guestStatus("status"), !(0...255).contains(status) { fatalError("\(status)") }
        for item in answer["entries"]?.arrayValue ?? [] {
            if let entry = CopiedEntry(guest: item, in: "tree") { checkShown(entry.name) }
        }
        if let text = answer["text"]?.stringValue {
            _ = BootTimes(milestones: [], manager: text, units: text).avoidableWaits
        }
        if let told = answer["status"], let status = try? CloudInitStatus(commandOutput: told, exitStatus: 1) {
            status.explanations.forEach(checkShown)
        }
        return (try? HelperHello(json: .object(answer)))?.milestones ?? []
    }
}
