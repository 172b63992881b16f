/// The source of a shell's lines, and the place for output that arrives while it waits for one.
protocol ShellInput: Sendable {
    /// The next line without its end; nil at the end of the input.
    func next() async throws -> String?

    /// Prints lines on standard output: above the prompt, if there is one.
    func show(_ text: String)
}
