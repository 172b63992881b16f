package import WireJSON

/// What a channel from a guest brings, as a value: bytes in, messages out.
///
/// What is not a JSON object is skipped: after a reconnection or a restore the stream may begin in the middle of a
/// message.
package struct MessageReader {
    /// Something that arrived.
    package enum Incoming: Sendable {
        /// - Parameter size: How many bytes it has.
        case message(JSONObject, size: Int)
        /// A byte of 0xFF: what came before it was cut off, what follows is a new beginning.
        case reset
        /// Something that is not a JSON object, or is too large; it was skipped.
        case unreadable(JSONError)
    }

    /// A guest's message is at most this large: tests with much output, and suites of some hundred thousand tests, fit.
    static let limits = JSONLimits(size: 64 << 20, depth: 128, tokens: 1 << 21)

    private var framer = JSONFramer(limits: limits)

    package init() {}

    /// Takes bytes as they arrive, in pieces of any size.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        framer.append(bytes)
    }

    /// The next of what has arrived; nil until more bytes come.
    package mutating func next() -> Incoming? {
        while let frame = framer.next() {
            switch frame {
            case .value(let text):
                do throws(JSONError) {
                    return .message(try JSONObject(json: JSON.parse(text)), size: text.bytes.count)
                } catch {
                    return .unreadable(error)
                }
            case .refused(let error, _): return .unreadable(error)
            case .garbage: continue
            case .reset: return .reset
            }
        }
        return nil
    }
}
