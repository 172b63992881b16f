/// Cuts a stream of bytes into JSON objects and arrays by their structure, however the bytes arrive and are spaced.
///
/// A bad message only costs itself: what is too large is skipped to its end, what is not JSON is skipped to
/// the next opening bracket, and a byte that no text contains (0xFF resets QEMU's parser and its agent's) starts over.
public struct JSONFramer: Sendable {
    /// What was found in the stream.
    public enum Frame: Sendable, Hashable {
        /// A value, complete by its brackets; it may still be malformed inside.
        case value(JSONText)
        /// A value that exceeded the limits and was skipped; `tail` is its end, up to 64 bytes.
        case refused(JSONError, tail: [UInt8])
        /// Bytes between values that are neither space nor the start of a value; the first few of them.
        case garbage([UInt8])
        /// A byte of 0xF8 to 0xFF; a value that had begun is dropped.
        case reset
    }

    /// The limits beyond which a value is skipped.
    public let limits: JSONLimits
    private var buffer: [UInt8] = []
    /// Where the current value begins in the buffer.
    private var start = 0
    /// Up to where the current value has been scanned.
    private var scanned = 0
    private var scanner: JSONScanner?
    /// Set while the rest of a value that exceeded the limits is skipped.
    private var refusal: JSONError?

    /// Creates a framer that has received nothing.
    public init(limits: JSONLimits = .standard) {
        self.limits = limits
    }

    /// How many bytes have been received and not yet handed out.
    public var pendingBytes: Int { buffer.count - start }

    /// Adds received bytes.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// Adds received bytes.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        unsafe buffer.append(contentsOf: bytes)
    }

    /// The next thing found; nil when more bytes are needed.
    public mutating func next() -> Frame? {
        if scanner == nil {
            if let garbage = skipToValue() { return garbage }
            guard start < buffer.count else {
                compact()
                return nil
            }
            scanner = JSONScanner()
            scanned = start
        }
        let step = unsafe buffer.withUnsafeBufferPointer { bytes in
            unsafe scanner?.scan(bytes, from: scanned) ?? .more
        }
        switch step {
        case .notText(let index):
            begin(at: index + 1)
            return .reset
        case .more:
            scanned = buffer.count
            refuseOverLimits()
            compact()
            return nil
        case .ended(let end):
            scanned = end
            refuseOverLimits()
            defer { begin(at: end) }
            if let refusal { return .refused(refusal, tail: Array(buffer[max(start, end - 64)..<end])) }
            let text = JSONText(bytes: Array(buffer[start..<end]), needsRewriting: scanner?.needsRewriting ?? true)
            return .value(text)
        }
    }

    private mutating func begin(at index: Int) {
        start = index
        scanned = index
        scanner = nil
        refusal = nil
    }

    /// Moves to the next opening bracket; hands out what is not space on the way.
    private mutating func skipToValue() -> Frame? {
        var index = start
        var garbage: [UInt8] = []
        scan: while index < buffer.count {
            let byte = buffer[index]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): break scan
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
            case 0xF8...0xFF:
                guard garbage.isEmpty else { break scan }
                begin(at: index + 1)
                return .reset
            default: if garbage.count < 64 { garbage.append(byte) }
            }
            index += 1
        }
        start = index
        return garbage.isEmpty ? nil : .garbage(garbage)
    }

    /// Notes that the current value is too large, and forgets the bytes of it that are no longer needed.
    private mutating func refuseOverLimits() {
        if refusal == nil, let scanner {
            let size = scanned - start
            if size > limits.size {
                refusal = JSONError(.limitExceeded, "a message of more than \(limits.size) bytes")
            } else {
                do { try limits.check(scanner) } catch { refusal = error }
            }
        }
        guard refusal != nil, scanned - start > 64 else { return }
        start = scanned - 64
    }

    /// Gives back the space of what has been handed out.
    private mutating func compact() {
        guard start > 0 else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 20)
        } else {
            buffer.removeFirst(start)
        }
        scanned -= start
        start = 0
    }
}
