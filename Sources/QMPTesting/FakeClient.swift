import CPlatform
import Dispatch
import HostSupport
import LibC
public import QMPCore
import WireJSON

/// One connection to the fake.
public final class FakeClient: Sendable {
    struct State {
        var hasNegotiated = false
        /// In-band commands that were read and not yet answered.
        var waiting = 0
        /// The most that there were at once.
        var mostWaiting = 0
        /// Descriptors that came last; QEMU forgets the earlier ones.
        var descriptors: [Int32] = []
        /// A reply held back until the next one has overtaken it.
        var heldBack: [UInt8]?
        var named: [String: Int32] = [:]
    }

    let descriptor: Int32
    let fake: FakeQEMU
    private let faults: Set<FakeFault>
    let state = Locked(State())
    private let inBand = DispatchQueue(label: "quiver.fake.in-band")
    /// QEMU's own queue has eight places; whoever fills it waits until one is free.
    private let places = DispatchSemaphore(value: 8)
    /// Whether the descriptor is open; locked for as long as a message is written.
    private let isWritable = Locked(true)

    init(descriptor: Int32, fake: FakeQEMU, faults: Set<FakeFault>) {
        self.descriptor = descriptor
        self.fake = fake
        self.faults = faults
    }

    /// Whether this client may execute commands.
    public var hasNegotiated: Bool { state.withLock { $0.hasNegotiated } }

    /// The most in-band commands that were read and not answered at once.
    public var mostInFlight: Int { state.withLock { $0.mostWaiting } }

    /// Takes the descriptor that came with the last one sent; the caller closes it.
    public func takeDescriptor() -> Int32? {
        state.withLock { state in
            guard !state.descriptors.isEmpty else { return nil }
            // One is taken, extra ones are closed.
            let first = state.descriptors.removeFirst()
            for extra in state.descriptors { close(extra) }
            state.descriptors = []
            return first
        }
    }

    /// Sends an event.
    public func emit(_ event: QMPEvent) {
        let seconds = event.timestamp.map { $0 / 1_000_000 } ?? -1
        let microseconds = event.timestamp.map { $0 % 1_000_000 } ?? -1
        var message: JSONObject = [
            "timestamp": ["seconds": .integer(seconds), "microseconds": .integer(microseconds)],
            "event": .string(event.name),
        ]
        if !event.data.isEmpty { message["data"] = .object(event.data) }
        write(.object(message))
    }

    /// Ends the connection.
    public func end() {
        // The thread that reads sees the end and closes the descriptor; closing alone makes it a reset.
        if resets { return }
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    // MARK: Reading

    func run() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        if !faults.contains(.endsAtOnce) { serve(buffer) }
        fake.remove(self)
        end()
        inBand.sync {}
        isWritable.withLock { isWritable in
            isWritable = false
            state.withLock { state in
                for descriptor in state.descriptors + Array(state.named.values) { close(descriptor) }
                close(descriptor)
            }
        }
    }

    private func serve(_ buffer: UnsafeMutableRawBufferPointer) {
        if let recording = fake.recording { return replay(recording) { self.receive(into: buffer, &$0) } }
        if let name = faults.lazy.compactMap(\.nameBeforeGreeting).first { emit(QMPEvent(name: name)) }
        if !faults.contains(.noGreeting) { write(fake.greeting.message) }
        var framer = JSONFramer()
        while receive(into: buffer, &framer) {
            while let frame = framer.next() {
                if !take(frame) { return }
            }
        }
    }

    /// Receives bytes and descriptors.
    /// - Returns: Whether there are any; not at the end of the connection.
    private func receive(into buffer: UnsafeMutableRawBufferPointer, _ framer: inout JSONFramer) -> Bool {
        var received = [Int32](repeating: -1, count: 16)
        var count: Int32 = 0
        // A byte at a time leaves the end of the line of a command unread while it is executed.
        let bytes = cplatform_receive(descriptor, buffer.baseAddress, resets ? 1 : 64 << 10, &received, 16, &count)
        guard bytes > 0 else { return false }
        if count > 0 { replaceDescriptors(Array(received[..<Int(count)])) }
        framer.append(UnsafeRawBufferPointer(rebasing: buffer[..<bytes]))
        return true
    }

    /// Whether the connection is reset at its end: that is what happens when something is left unread in it.
    private var resets: Bool { faults.contains(.resetsInsteadOfEnds) }

    private func replaceDescriptors(_ descriptors: [Int32]) {
        state.withLock { state in
            for forgotten in state.descriptors { close(forgotten) }
            state.descriptors = descriptors
        }
    }

    /// Takes what was received.
    /// - Returns: Whether to read on.
    private func take(_ frame: JSONFramer.Frame) -> Bool {
        switch frame {
        case .reset, .refused: return true
        case .garbage:
            write(Self.error("GenericError", "JSON parse error, stray input", id: nil))
            return true
        case .value(let text):
            guard let json = try? JSON.parse(text), let command = FakeCommand(json) else {
                write(Self.error("GenericError", "JSON parse error, invalid input", id: nil))
                return true
            }
            let complaint = fake.note(command)
            if let complaint {
                write(Self.error("GenericError", complaint, id: command.id))
                return true
            }
            if command.isOutOfBand { return execute(command) }
            if resets { return execute(command) }
            places.wait()
            state.withLock { state in
                state.waiting += 1
                state.mostWaiting = max(state.mostWaiting, state.waiting)
            }
            inBand.async {
                self.state.withLock { $0.waiting -= 1 }
                _ = self.execute(command)
                self.releaseHeldBack()
                self.places.signal()
            }
            return true
        }
    }

    // MARK: Answering

    private func execute(_ command: FakeCommand) -> Bool {
        if command.name == "qmp_capabilities" {
            negotiate(command)
            return true
        }
        guard hasNegotiated else {
            let advice = "Expecting capabilities negotiation with 'qmp_capabilities'"
            write(Self.error("CommandNotFound", advice, id: command.id))
            return true
        }
        if let handler = fake.handler(for: command.name) { return send(handler(command, self), to: command) }
        switch command.name {
        case "quit":
            write(["return": [:]], id: command.id)
            end()
            return false
        case "getfd": return send(getfd(command), to: command)
        default: return send(FakeReply.commandNotFound(command.name), to: command)
        }
    }

    private func negotiate(_ command: FakeCommand) {
        if let refusal = faults.lazy.compactMap(\.refusalToNegotiate).first {
            write(Self.error("GenericError", refusal, id: command.id))
            return
        }
        let isFirst = state.withLock { state in
            defer { state.hasNegotiated = true }
            return !state.hasNegotiated
        }
        guard isFirst else {
            let text = "Capabilities negotiation is already complete, command ignored"
            write(Self.error("CommandNotFound", text, id: command.id))
            return
        }
        if let name = faults.lazy.compactMap(\.nameDuringNegotiation).first { emit(QMPEvent(name: name)) }
        write(["return": [:]], id: command.id)
    }

    private func getfd(_ command: FakeCommand) -> FakeReply {
        guard let name = command.arguments["fdname"]?.stringValue else {
            return .failure(errorClass: "GenericError", message: "Parameter 'fdname' is missing")
        }
        guard let descriptor = takeDescriptor() else {
            return .failure(errorClass: "GenericError", message: "No file descriptor supplied via SCM_RIGHTS")
        }
        state.withLock { state in
            if let earlier = state.named.updateValue(descriptor, forKey: name) { close(earlier) }
        }
        return .success([:])
    }

    private func send(_ reply: FakeReply, to command: FakeCommand) -> Bool {
        if let (name, count) = faults.lazy.compactMap(\.flood).first {
            for number in 0..<Int64(count) { emit(QMPEvent(name: name, data: ["number": .integer(number)])) }
        }
        switch reply {
        case .success(let value): write(["return": value], id: command.id)
        case .failure(let errorClass, let message): write(Self.error(errorClass, message, id: command.id))
        case .errorWithoutID(let errorClass, let message): write(Self.error(errorClass, message, id: nil))
        case .wrongID(let value, let id): write(["return": value], id: id)
        case .silence: break
        case .raw(let text):
            write(bytes: Array(Self.fill(text, id: command.id).utf8))
        case .afterEvents(let events, let value):
            for event in events { emit(event) }
            write(["return": value], id: command.id)
        case .giant(let bytes):
            write(["return": .string(String(repeating: "x", count: bytes))], id: command.id)
        case .truncatedThenEnd(let value):
            let message = (try? JSON.object(["return": value, "id": command.id ?? .null]).serialized()) ?? []
            write(bytes: Array(message.prefix(message.count / 2)))
            end()
            return false
        case .end:
            end()
            return false
        case .greeting: write(fake.greeting.message)
        }
        return true
    }

    // MARK: Writing

    private func write(_ message: JSON, id: JSON?) {
        guard case .object(var object) = message, let id else { return write(message) }
        object["id"] = id
        write(.object(object), mayBeHeldBack: faults.contains(.reorderedReplies) && hasNegotiated)
    }

    private func write(_ message: JSON, mayBeHeldBack: Bool = false) {
        let text =
            faults.contains(.prettyOutput)
            ? try? message.prettyText() : (try? message.serialized()).map { String(decoding: $0, as: UTF8.self) }
        let bytes = Array(((text ?? "") + "\r\n").utf8)
        guard mayBeHeldBack else { return write(bytes: bytes) }
        let isAlone = state.withLock { $0.waiting == 0 }
        let earlier = state.withLock { state -> [UInt8]? in
            if let earlier = state.heldBack {
                state.heldBack = nil
                return earlier
            }
            // The last one of a batch is not held back, or it would never be sent.
            if !isAlone { state.heldBack = bytes }
            return isAlone ? [] : nil
        }
        if let earlier { write(bytes: bytes + earlier) }
    }

    /// Writes a reply that was held back when no other is there to overtake it.
    private func releaseHeldBack() {
        let left = state.withLock { state in state.waiting == 0 ? state.heldBack.take() : nil }
        if let left { write(bytes: left) }
    }

    func write(bytes: [UInt8]) {
        let step = faults.contains(.oneByteAtATime) ? 1 : bytes.count
        isWritable.withLock { isWritable in
            guard isWritable else { return }
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                let sent = bytes[start..<end].withUnsafeBytes {
                    cplatform_send(descriptor, $0.baseAddress, $0.count, -1)
                }
                if sent >= 0 {
                    start += sent
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, 1000)
                } else {
                    return
                }
            }
        }
    }

    private static func error(_ errorClass: String, _ message: String, id: JSON?) -> JSON {
        var object: JSONObject = ["error": ["class": .string(errorClass), "desc": .string(message)]]
        object["id"] = id
        return .object(object)
    }

    private static func fill(_ text: String, id: JSON?) -> String {
        text.split(separator: "$ID", omittingEmptySubsequences: false).joined(separator: id?.description ?? "null")
    }
}

extension QMPGreeting {
    /// The greeting as QEMU sends it.
    var message: JSON {
        let numbers: JSON = [
            "major": .integer(Int64(version.major)),
            "minor": .integer(Int64(version.minor)),
            "micro": .integer(Int64(version.micro)),
        ]
        return [
            "QMP": [
                "version": ["qemu": numbers, "package": .string(package)],
                "capabilities": .array(capabilities.map { .string($0) }),
            ]
        ]
    }
}
