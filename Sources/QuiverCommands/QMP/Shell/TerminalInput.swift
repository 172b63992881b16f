import CEdit
import HostSupport
import LibC
import SystemPackage

/// Lines from a terminal, edited with libedit: history, completion, and events above the prompt.
///
/// libedit has one state for the whole process, so there is one of these at a time, and one thread in it at a time.
final class TerminalInput: ShellInput {
    private struct State {
        /// The text to show above the prompt.
        var pending: [String] = []
        var isReading = false
        var isCancelled = false
    }

    private let prompt: String
    private let history: FilePath
    private let state = Locked(State())
    private let wakeEnds: (read: FileDescriptor, write: FileDescriptor)

    /// - Parameters:
    ///   - history: The file that stores the lines for the next session.
    ///   - complete: The possible words at the cursor, and the character after a complete one.
    init(
        prompt: String,
        history: FilePath,
        complete: @escaping @Sendable (_ typed: String) -> ShellCompletion,
    ) throws {
        self.prompt = prompt
        self.history = history
        let ends = try FileDescriptor.pipe()
        wakeEnds = (ends.readEnd, ends.writeEnd)
        Editor.completion.withLock { $0 = complete }
        cedit_prepare(Editor.complete)
        _ = read_history(history.string)
    }

    deinit {
        _ = write_history(history.string)
        try? wakeEnds.read.close()
        try? wakeEnds.write.close()
    }

    func next() async throws -> String? {
        try await withTaskCancellationHandler {
            try await BlockingCalls.run { [self] in try readLine() }
        } onCancel: {
            state.withLock { $0.isCancelled = true }
            wake()
        }
    }

    func show(_ text: String) {
        let isReading = state.withLock { state in
            if state.isReading { state.pending.append(text) }
            return state.isReading
        }
        if isReading { wake() } else { Self.print(text) }
    }

    private func wake() { _ = try? wakeEnds.write.writeAll([0]) }

    private static func print(_ text: String) {
        _ = try? FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
    }

    private func readLine() throws -> String? {
        Editor.outcome.withLock { $0 = nil }
        state.withLock { $0.isReading = true }
        rl_callback_handler_install(prompt, Editor.finish)
        defer {
            for text in state.withLock({ state in
                state.isReading = false
                defer { state.pending = [] }
                return state.pending
            }) {
                Self.print(text)
            }
        }
        while true {
            let ready: Set<FileDescriptor>
            do throws(Errno) {
                ready = try FileDescriptor.readable(among: [.standardInput, wakeEnds.read])
            } catch {
                rl_callback_handler_remove()
                throw error
            }
            if ready.contains(wakeEnds.read) { try showPending() }
            guard ready.contains(.standardInput) else { continue }
            rl_callback_read_char()
            guard let outcome = Editor.outcome.withLock({ $0 }) else { continue }
            if let line = outcome.line, line.contains(where: { !$0.isWhitespace }) { _ = add_history(line) }
            return outcome.line
        }
    }

    /// Prints pending text in place of the prompt, and the prompt below it.
    private func showPending() throws {
        var byte: [UInt8] = [0]
        _ = try byte.withUnsafeMutableBytes { try wakeEnds.read.read(into: $0) }
        let (pending, isCancelled) = state.withLock { state in
            defer { state.pending = [] }
            return (state.pending, state.isCancelled)
        }
        for text in pending { Self.print("\r\u{1B}[K" + text) }
        if isCancelled {
            rl_callback_handler_remove()
            Self.print("")
            throw CancellationError()
        }
        if !pending.isEmpty { cedit_redraw() }
    }
}

/// The callbacks for libedit, which passes no context.
private enum Editor {
    /// A line, or the end of the input.
    struct Outcome {
        let line: String?
    }

    static let outcome = Locked<Outcome?>(nil)
    static let completion = Locked<(@Sendable (String) -> ShellCompletion)?>(nil)

    static let finish: @convention(c) (UnsafeMutablePointer<CChar>?) -> Void = { line in
        rl_callback_handler_remove()
        let text = line.map { String(cString: $0) }
        free(line)
        outcome.withLock { $0 = Outcome(line: text) }
    }

    /// Gives libedit the words' common beginning and then the words; it frees them all.
    static let complete:
        @convention(c) (UnsafePointer<CChar>?, Int32, Int32) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = {
            _,
            _,
            _ in
            var count: Int32 = 0
            guard let start = cedit_typed(&count), let complete = completion.withLock({ $0 }) else { return nil }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(count))
            let found = complete(String(decoding: bytes, as: UTF8.self))
            cedit_end_completion(found.follower.map { CChar(bitPattern: $0) } ?? 0)
            guard !found.words.isEmpty else { return nil }
            let all = [found.commonBeginning] + found.words
            let result = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: all.count + 1)
            for (index, word) in all.enumerated() { result[index] = strdup(word) }
            result[all.count] = nil
            return result
        }
}
