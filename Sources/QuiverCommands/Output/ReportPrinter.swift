import GuestAccess

/// Prints the reports of a command that takes several names.
///
/// As text, each report is printed when it is ready; as JSON, the reports of several names are one array at the end.
struct ReportPrinter<Report: Renderable> {
    let output: OutputOptions
    /// The command's names, which give the order of the array.
    let names: [String]
    /// The separator between reports as text.
    var separator = ""
    private var kept: [(place: Int, report: Report)] = []

    init(_ names: [String], output: OutputOptions, separator: String = "") {
        self.names = names
        self.output = output
        self.separator = separator
    }

    mutating func print(_ report: Report, of name: String) throws {
        guard names.count > 1 else { return try output.render(report) }
        if output.format == .text {
            let lead = kept.isEmpty ? "" : separator
            try StandardOutput.print(GuestText.shownLines(lead + report.text))
        }
        kept.append((names.firstIndex(of: name) ?? names.count, report))
    }

    /// Prints the array, if there is one.
    func finish() throws {
        guard names.count > 1, output.format == .json else { return }
        try StandardOutput.print(try JSONText.encode(kept.sorted { $0.place < $1.place }.map(\.report)))
    }
}
