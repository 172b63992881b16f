import HostSupport
import SystemPackage

/// Lines from a file or a pipe.
final class PlainInput: ShellInput {
    private struct State {
        var received: [UInt8] = []
        var hasEnded = false
    }

    private let state = Locked(State())

    func next() async throws -> String? {
        while true {
            if let line = takeLine() { return line }
            if state.withLock({ $0.hasEnded }) { return nil }
            try Task.checkCancellation()
            guard let bytes = try await BlockingCalls.run(Self.read) else { continue }
            state.withLock { state in
                state.received += bytes
                state.hasEnded = bytes.isEmpty
            }
        }
    }

    func show(_ text: String) {
        _ = try? FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
    }

    /// The first received line; at the end of the input, also an incomplete one.
    private func takeLine() -> String? {
        state.withLock { state in
            let end = state.received.firstIndex(of: UInt8(ascii: "\n"))
            guard let end = end ?? (state.hasEnded && !state.received.isEmpty ? state.received.endIndex : nil) else {
                return nil
            }
            defer { state.received.removeFirst(min(end + 1, state.received.count)) }
            return String(decoding: state.received[..<end], as: UTF8.self)
        }
    }

    /// The received bytes, empty at the end; nil if nothing came for a while, so that a cancellation is noticed.
    @Sendable private static func read() throws -> [UInt8]? {
        let isReady = try !FileDescriptor.readable(among: [.standardInput], within: .milliseconds(100)).isEmpty
        guard isReady else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
        return Array(buffer[..<count])
    }
}
