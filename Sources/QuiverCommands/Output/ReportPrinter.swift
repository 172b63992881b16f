/// Prints the reports of a command that takes several names: for one name its report, for several all of them.
///
/// As text each report is printed when it is there; as JSON, the reports of several names are one array at the end.
struct ReportPrinter<Report: Renderable> {
    let output: OutputOptions
    /// The names that the command was given, in whose order the array is.
    let names: [String]
    /// What separates the reports as text.
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
            try StandardOutput.print(lead + report.text)
        }
        kept.append((names.firstIndex(of: name) ?? names.count, report))
    }

    /// Prints what has to wait for the last report.
    func finish() throws {
        guard names.count > 1, output.format == .json else { return }
        try StandardOutput.print(try JSONText.encode(kept.sorted { $0.place < $1.place }.map(\.report)))
    }
}
