import Dispatch
import HostSupport
public import QMPCore
import SystemPackage
import WireJSON

/// A connection to a QEMU monitor, negotiated and ready for commands.
///
/// Any number of tasks may use one connection. It is closed by ``close()``, at the end of
/// ``withConnection(to:options:_:)``, or when it is no longer referenced.
public final class QMPConnection: QMPTimedExecutor {
    let link: QMPLink

    private init(link: QMPLink) { self.link = link }

    // Ends the receiving thread, without waiting.
    deinit { link.beginClosing() }

    /// Connects, receives the greeting and negotiates.
    ///
    /// - Parameter options: ``QMPOptions/connectDeadline`` bounds all of it.
    /// - Throws: ``QMPCore/QMPError`` with code `connectFailed`, or `cancelled`.
    package static func connect(
        to endpoint: QMPEndpoint,
        options: QMPOptions = QMPOptions(),
    ) async throws(QMPError) -> QMPConnection {
        let begin = ContinuousClock.now
        let socket = ConnectedSocket(adopting: try await endpoint.open(deadline: begin + options.connectDeadline))
        let link: QMPLink
        do throws(Errno) {
            link = QMPLink(
                endpoint: endpoint,
                options: options,
                executor: options.sharesThread ? try QMPThreadExecutor() : nil,
            )
        } catch {
            socket.finish()
            throw QMPError(.connectFailed, "\(endpoint): no pipe to wake its thread: \(error)", cause: error)
        }
        let process = socket.peerProcess
        link.state.withLock { state in
            state.socket = socket
            state.peerProcess = process
        }
        do throws(Errno) {
            try PlatformThread.start(name: "qmp") { link.run(socket) }
        } catch {
            socket.finish()
            throw QMPError(.connectFailed, "\(endpoint): no thread for the connection: \(error)", cause: error)
        }
        let connection = QMPConnection(link: link)
        do throws(QMPError) {
            try await link.waitUntilReady(limit: options.connectDeadline - begin.duration(to: .now))
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    /// Connects, runs `body`, and always closes the connection.
    public static func withConnection<Value>(
        to endpoint: QMPEndpoint,
        options: QMPOptions = QMPOptions(),
        _ body: (QMPConnection) async throws -> Value,
    ) async throws -> Value {
        let connection = try await connect(to: endpoint, options: options)
        return try await withCleanup {
            guard let executor = connection.executor else { return try await body(connection) }
            return try await withTaskExecutorPreference(executor) {
                // A body that runs on its caller's executor moves to ours at its first suspension: now.
                await Task.yield()
                return try await body(connection)
            }
        } cleanup: {
            await connection.close()
        }
    }

    /// Runs tasks on the receiving thread, for `withTaskExecutorPreference`; nil unless ``QMPOptions/sharesThread``.
    public var executor: (any TaskExecutor)? { link.executor }

    /// QEMU's greeting on the last connection; nil in the agent's dialect.
    public var greeting: QMPGreeting? { link.state.withLock { $0.greeting } }

    /// Whether commands can be executed out of band.
    public var canExecuteOutOfBand: Bool { link.state.withLock { $0.session.canExecuteOutOfBand } }

    /// Closes the connection; commands in flight fail as `outcomeUnknown`, the sequences of events end.
    public func close() async {
        link.beginClosing()
        await withCheckedContinuation { continuation in
            let isFinished = link.state.withLock { state in
                if !state.isFinished { state.closeWaiters.append(continuation) }
                return state.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }
}

extension QMPEndpoint {
    fileprivate func open(deadline: ContinuousClock.Instant) async throws(QMPError) -> FileDescriptor {
        switch self {
        case .descriptor(let descriptor): return descriptor
        case .unix(let path):
            do throws(Errno) {
                return try await UnixSocket.connect(path, deadline: deadline)
            } catch .canceled {
                throw QMPError(.cancelled, "\(path): the task that connected was cancelled")
            } catch .fileNameTooLong {
                let advice = "a socket's path holds about 100 bytes; use a shorter one"
                throw QMPError(.connectFailed, "\(path): the path is too long: \(advice)", cause: Errno.fileNameTooLong)
            } catch {
                throw QMPError(.connectFailed, "\(path): cannot connect: \(error)", cause: error)
            }
        }
    }
}

extension QMPLink {
    /// Waits for the end of the negotiation.
    func waitUntilReady(limit: Duration) async throws(QMPError) {
        let result = await wait(for: Self.readiness, name: "qmp_capabilities", limit: limit) { state in
            guard !state.isFinished else {
                let error = QMPError(.connectFailed, "\(self.endpoint): ended before it was negotiated")
                return [.complete(Self.readiness, .failure(error))]
            }
            return state.session.isReady ? [.complete(Self.readiness, .success([:]))] : []
        }
        _ = try result.get()
    }

    /// Closes the connection without waiting for its thread.
    func beginClosing() {
        state.withLock { state in
            guard !state.isClosing else { return }
            state.isClosing = true
            state.socket?.shutDown()
        }
        interruption.signal()
        executor?.interrupt()
    }
}
