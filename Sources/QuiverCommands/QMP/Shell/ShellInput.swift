/// Where a shell's lines come from, and where it prints what comes while it waits for one.
protocol ShellInput: Sendable {
    /// The next line without its end; nil at the end of the input.
    func next() async throws -> String?

    /// Prints lines on standard output: above the prompt, where there is one.
    func show(_ text: String)
}
