import FuzzDriver
import GuestAccess

/// Feeds the reader of consoles with what libFuzzer makes up.
@main
struct FuzzConsole {
    static func main() { fuzz(check) }

    /// Whatever a guest prints, nothing may trap, and what is quoted of it is one plain line.
    private static func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        for line in ConsoleText.lines(of: text) {
            guard !line.contains(where: \.isNewline) else { fatalError("two lines in one: \(line.debugDescription)") }
            checkShown(line)
            switch ConsoleFinding(line: line) {
            case .waiting(let job, let seconds, let limit):
                guard seconds >= 0 else { fatalError("it has waited \(seconds) s") }
                checkShown(job)
                checkShown(limit)
            case .hopeless(let reason): checkShown(reason)
            case .cloudInitEnded(let dataSource): checkShown(dataSource)
            case .login, nil: break
            }
        }
    }
}
