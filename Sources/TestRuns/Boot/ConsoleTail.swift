import HostSupport
import SystemPackage

/// The last line of a guest's console, for messages.
struct ConsoleTail {
    let lastLine: String?

    init(_ path: FilePath) {
        let text = (try? WholeFile.readText(path)) ?? ""
        lastLine = ConsoleText.lines(of: text).last { !$0.allSatisfy(\.isWhitespace) }
    }

    /// A phrase to follow "the guest's console".
    var predicate: String {
        lastLine.map { "ends with: \($0)" } ?? "is empty"
    }
}
