import CPlatform
import Dispatch
import HostSupport
import LibC
public import QMPClient
public import QMPCore
public import SystemPackage
public import WireJSON

/// A QEMU without a machine: a monitor on a real unix socket that answers as it is told to, for tests.
///
/// It greets, negotiates, refuses what it does not know, executes in-band commands one after another and out-of-band
/// ones at once, and stops reading while eight in-band commands wait, as QEMU does. Everything it receives is kept.
public final class FakeQEMU: Sendable {
    /// Answers a command; may block, since in-band commands have a thread of their own.
    public typealias Handler = @Sendable (FakeCommand, FakeClient) -> FakeReply

    struct State {
        /// What new connections suffer from.
        var faults: Set<FakeFault>
        var handlers: [String: Handler] = [:]
        var clients: [FakeClient] = []
        var received: [FakeCommand] = []
        var complaints: [String] = []
        var isClosed = false
        var acceptEnded = false
    }

    /// Where to connect to.
    public let socket: FilePath
    let greeting: QMPGreeting
    let recording: QMPRecording?
    let state: Locked<State>
    private let listener: Int32
    private let validate: (@Sendable (FakeCommand) -> String?)?

    /// Starts to listen at a socket in the temporary directory.
    ///
    /// - Parameter faults: What it does wrong on every connection.
    /// - Parameter greeting: What it says of itself; QEMU 10.0.2 that offers `oob` unless told otherwise.
    /// - Parameter recording: What to say and to expect, in the recorded order, in the place of everything else; what
    ///   a client does otherwise ends its connection and is kept in ``complaints``.
    /// - Parameter validate: Looks at every command; text is a complaint, kept in ``complaints``, and an error reply.
    public init(
        faults: Set<FakeFault> = [],
        greeting: QMPGreeting = .fake,
        replaying recording: QMPRecording? = nil,
        validate: (@Sendable (FakeCommand) -> String?)? = nil,
    ) throws(Errno) {
        state = Locked(State(faults: faults))
        self.greeting = greeting
        self.recording = recording
        self.validate = validate
        let name = "quiver-fake-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        socket = FilePath("/tmp").appending(name)
        listener = socket.withPlatformString { cplatform_listen_unix($0, 16) }
        guard listener >= 0 else { throw Errno(rawValue: errno) }
        try PlatformThread.start(name: "fake-qemu") { [weak self, listener] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                guard let self, self.begin(descriptor) else {
                    closeDescriptor(descriptor)
                    break
                }
            }
            closeDescriptor(listener)
        }
    }

    deinit { close() }

    /// Runs `body` with a fake and closes it whatever the body does.
    public static func withFake<Value>(
        faults: Set<FakeFault> = [],
        greeting: QMPGreeting = .fake,
        replaying recording: QMPRecording? = nil,
        validate: (@Sendable (FakeCommand) -> String?)? = nil,
        _ body: (FakeQEMU) async throws -> Value,
    ) async throws -> Value {
        let fake = try FakeQEMU(faults: faults, greeting: greeting, replaying: recording, validate: validate)
        defer { fake.close() }
        return try await body(fake)
    }

    /// Ends all connections and the listening.
    public func close() {
        let clients: [FakeClient]? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            return state.clients
        }
        guard let clients else { return }
        // Wakes the thread in accept(): shutting a listener down does so on Linux only.
        let wakeUp = socket.withPlatformString { cplatform_connect_unix($0) }
        if wakeUp >= 0 { closeDescriptor(wakeUp) }
        unlink(socket.string)
        for client in clients { client.end() }
    }

    // MARK: Script

    /// Answers every command of that name with `reply`.
    public func reply(to name: String, with reply: FakeReply) {
        handle(name) { _, _ in reply }
    }

    /// Answers commands of that name with one reply after another; the last one stays.
    public func reply(to name: String, withEachOf replies: [FakeReply]) {
        let rest = Locked(replies[...])
        handle(name) { _, _ in
            rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .silence }
        }
    }

    /// Answers commands of that name by what the handler says.
    public func handle(_ name: String, _ handler: @escaping Handler) {
        state.withLock { $0.handlers[name] = handler }
    }

    /// Does this wrong on every connection from now on, in the place of what it did wrong before.
    public func misbehave(_ faults: Set<FakeFault>) {
        state.withLock { $0.faults = faults }
    }

    /// Sends an event to every client that has negotiated.
    public func emit(_ name: String, _ data: JSONObject = [:]) {
        emit(QMPEvent(name: name, data: data, timestamp: 1_700_000_000_000_000))
    }

    /// Sends an event to every client that has negotiated.
    public func emit(_ event: QMPEvent) {
        for client in state.withLock({ $0.clients }) where client.hasNegotiated { client.emit(event) }
    }

    /// Ends every connection, as a QEMU does that was killed; new ones are accepted.
    public func dropClients() {
        let clients = state.withLock { state in
            defer { state.clients = [] }
            return state.clients
        }
        for client in clients { client.end() }
    }

    // MARK: Transcript

    /// Every command in the order in which it was received, negotiation included.
    public var received: [FakeCommand] { state.withLock { $0.received } }

    /// What the validation, or a replay, found wrong.
    public var complaints: [String] { state.withLock { $0.complaints } }

    /// How many clients are connected.
    public var clientCount: Int { state.withLock { $0.clients.count } }

    // MARK: Inside

    private func begin(_ descriptor: Int32) -> Bool {
        let client: FakeClient? = state.withLock { state in
            guard !state.isClosed else { return nil }
            let client = FakeClient(descriptor: descriptor, fake: self, faults: state.faults)
            state.clients.append(client)
            return client
        }
        guard let client else { return false }
        do throws(Errno) { try PlatformThread.start(name: "fake-qemu") { client.run() } } catch { return false }
        return true
    }

    /// Records the command and validates it.
    /// - Returns: What is wrong with it; nil if nothing is.
    func note(_ command: FakeCommand) -> String? {
        let complaint = validate?(command)
        state.withLock { state in
            state.received.append(command)
            if let complaint { state.complaints.append("\(command.name): \(complaint)") }
        }
        return complaint
    }

    func complain(_ text: String) {
        state.withLock { $0.complaints.append(text) }
    }

    func handler(for name: String) -> Handler? {
        state.withLock { $0.handlers[name] }
    }

    func remove(_ client: FakeClient) {
        state.withLock { state in state.clients.removeAll { $0 === client } }
    }
}

extension QMPGreeting {
    /// QEMU 10.0.2 that offers out-of-band execution.
    public static let fake = Self(version: Version(major: 10, minor: 0, micro: 2), capabilities: ["oob"])
}

/// close(2), where a method of the same name hides it.
private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
