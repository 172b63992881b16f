import ArgumentParser
import GuestAccess

/// The options of every command that prints data.
struct OutputOptions: ParsableArguments {
    /// How data is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: "Output format.")
    var format: Format = .text

    /// Prints a result to standard output in the chosen format.
    func render(_ result: some Renderable) throws {
        switch format {
        case .text:
            let text = GuestText.shownLines(result.text)
            if !text.isEmpty { try StandardOutput.print(text) }
        case .json:
            try StandardOutput.print(try JSONText.encode(result))
        }
    }
}

/// The option of every command that does something.
struct DiagnosticOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Log to standard error, and show the causes of errors.")
    var verbose = false
}
