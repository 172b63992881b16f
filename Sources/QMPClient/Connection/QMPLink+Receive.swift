import Dispatch
import HostSupport
import Logging
import QMPCore
import SystemPackage
import WireJSON

extension QMPLink {
    /// Receives until the connection has ended permanently; the body of the connection's thread.
    func run(_ first: ConnectedSocket) {
        var socket = first
        var schedule = ReconnectSchedule(options.reconnect)
        while true {
            var reason = receive(from: socket)
            let (isClosing, isQuitting, isVerified) = state.withLock { state in
                state.socket = nil
                state.negotiationEnd = nil
                reason = state.failure ?? reason
                return (state.isClosing, state.session.isQuitting, state.isVerified)
            }
            socket.finish()
            if isClosing {
                reason = QMPError(.connectionClosed, "the connection to \(endpoint) was closed from this side")
            }
            // A peer that accepts but never answers uses up the attempts, however often it accepts.
            if isVerified { schedule = ReconnectSchedule(options.reconnect) }
            let isExpected = isClosing || isQuitting
            let mayReconnect = !isExpected && reconnects
            // An agent's session is ready from the start: it would send without a socket.
            act { state in
                mayReconnect && options.dialect == .monitor
                    ? state.session.interrupted(reason) : state.session.closed(reason, byPeer: !isClosing)
            }
            guard mayReconnect, let next = reconnect(after: reason, &schedule) else {
                act { $0.session.closed(reason, byPeer: !isClosing) }
                finish(isExpected ? nil : reason)
                executor?.end()
                return
            }
            socket = next
        }
    }

    /// Receives messages until the socket ends.
    private func receive(from socket: ConnectedSocket) -> QMPError {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var framer = JSONFramer(limits: options.limits)
        while true {
            executor?.run(untilReadable: socket.descriptor)
            let count: Int
            do throws(Errno) {
                count = try socket.receive(into: buffer)
            } catch {
                return QMPError(.connectionClosed, "the connection to \(endpoint) broke: \(error)", cause: error)
            }
            guard count > 0 else {
                let rest = framer.pendingBytes > 0 ? " in the middle of a message" : ""
                return QMPError(.connectionClosed, "\(endpoint) closed the connection\(rest)")
            }
            framer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            while let frame = framer.next() { received(frame) }
        }
    }

    private func received(_ frame: JSONFramer.Frame) {
        switch frame {
        case .value(let text):
            options.wireLog?.record(.received, text.bytes, at: .now)
            do throws(JSONError) {
                let message = QMPMessage(try JSON.parse(text))
                act { $0.session.received(message, capabilitiesID: self.nextID()) }
            } catch {
                // If not even that can be read, the end of the message still has the id.
                let id = (try? JSON.parseSalvaging(text))?["id"] ?? Self.id(inTail: text.bytes.suffix(64))
                act { $0.session.receivedUnreadable(error, id: id) }
            }
        case .refused(let error, let tail):
            options.wireLog?.record(.received, tail, at: .now)
            act { $0.session.receivedUnreadable(error, id: Self.id(inTail: tail)) }
        case .garbage(let bytes):
            options.wireLog?.record(.received, bytes, at: .now)
            act { _ in [.report(.garbage(bytes))] }
        case .reset:
            options.wireLog?.record(.received, [0xFF], at: .now)
            act { _ in [.report(.reset)] }
        }
    }

    /// The id of a message of which only the end was kept: QEMU writes it last.
    static func id(inTail tail: some BidirectionalCollection<UInt8>) -> JSON? {
        var rest = Array(tail)
        func dropSpace() {
            while let byte = rest.last, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { rest.removeLast() }
        }
        guard rest.popLast() == UInt8(ascii: "}") else { return nil }
        dropSpace()
        var digits: [UInt8] = []
        while let byte = rest.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            digits.insert(rest.removeLast(), at: 0)
        }
        dropSpace()
        guard rest.popLast() == UInt8(ascii: ":") else { return nil }
        dropSpace()
        guard rest.suffix(4).elementsEqual("\"id\"".utf8), let id = UInt64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return JSON(id)
    }

    /// Fails all waiting calls because the connection is over.
    private func finish(_ reason: QMPError?) {
        timer.cancel()
        let (subscribers, closers, readiness) = state.withLock { state in
            state.isFinished = true
            defer {
                state.subscribers = []
                state.closeWaiters = []
            }
            return (state.subscribers, state.closeWaiters, state.calls.removeValue(forKey: Self.readiness))
        }
        readiness?.waiter.resume(returning: .failure(Self.connectFailed(reason, endpoint: endpoint)))
        for subscriber in subscribers { subscriber.queue?.finish(reason) }
        for closer in closers { closer.resume() }
    }

    private static func connectFailed(_ reason: QMPError?, endpoint: QMPEndpoint) -> QMPError {
        let text = reason?.message ?? "the connection was closed"
        return QMPError(.connectFailed, "\(endpoint): ended before it was negotiated: \(text)", cause: reason)
    }

    // MARK: Reconnecting

    /// Whether to reconnect; a descriptor cannot be connected twice.
    private var reconnects: Bool {
        guard case .unix = endpoint else { return false }
        return options.reconnect.attempts > 0
    }

    /// Waits between two attempts.
    /// - Returns: Whether the delay is over; otherwise the connection is being closed.
    private func rest(for delay: Duration) -> Bool {
        guard let executor else {
            return interruption.wait(timeout: .now() + .nanoseconds(Int(delay / .nanoseconds(1)))) == .timedOut
        }
        let end = ContinuousClock.now + delay
        while ContinuousClock.now < end {
            if state.withLock({ $0.isClosing }) { return false }
            executor.run(untilReadable: nil, deadline: end)
        }
        return true
    }

    /// Reconnects according to the policy; whether the peer answers is seen later.
    /// - Returns: The new socket, its session begun; nil if the policy gives up or the connection is closed meanwhile.
    private func reconnect(after reason: QMPError, _ schedule: inout ReconnectSchedule) -> ConnectedSocket? {
        guard case .unix(let path) = endpoint else { return nil }
        while let delay = schedule.next() {
            guard rest(for: delay) else { return nil }
            guard case .success(let descriptor) = UnixSocket.connectOnce(path) else { continue }
            options.logger?.debug("QMP reconnected", metadata: ["qmp.endpoint": "\(endpoint)"])
            let socket = ConnectedSocket(adopting: descriptor)
            let process = socket.peerProcess
            let isWanted = state.withLock { state in
                guard !state.isClosing else { return false }
                state.socket = socket
                state.peerProcess = process
                state.isVerified = false
                state.failure = nil
                state.untoldGap = state.untoldGap ?? reason.message
                switch options.dialect {
                case .agent: state.session = QMPSession(settings: options.sessionSettings)
                case .monitor:
                    let end = ContinuousClock.now + options.connectDeadline
                    state.negotiationEnd = end
                    timer.fire(noLaterThan: end)
                }
                return true
            }
            if isWanted { return socket }
            socket.finish()
            return nil
        }
        return nil
    }
}
