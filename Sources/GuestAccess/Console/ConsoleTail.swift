import HostSupport
package import SystemPackage

/// The last line of a guest's console, for messages.
package struct ConsoleTail {
    package let lastLine: String?

    package init(_ path: FilePath) {
        let text = String(decoding: (try? WholeFile.readEnd(path)) ?? [], as: UTF8.self)
        lastLine = ConsoleText.lines(of: text).last { !$0.allSatisfy(\.isWhitespace) }
    }

    /// A phrase to follow "the guest's console".
    package var predicate: String {
        lastLine.map { "ends with: \(GuestText.shown($0, atMost: 500))" } ?? "is empty"
    }
}
