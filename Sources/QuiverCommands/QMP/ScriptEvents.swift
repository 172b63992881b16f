import QMPClient
import QMPCore
import Quantities

/// The events of a script: each satisfies one wait, whatever their order.
struct ScriptEvents {
    /// The number of events that are kept for later waits; the oldest are dropped first.
    static let capacity = 65_536

    private var iterator: QMPEvents.AsyncIterator
    /// Events that arrived while another one was waited for, oldest first.
    private var kept: [QMPEvent] = []

    init(_ events: QMPEvents) { iterator = events.makeAsyncIterator() }

    /// The oldest unused event with that name, or the next one to arrive.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `timedOut` if none arrives within `limit`, `connectionClosed` if none can.
    mutating func next(named name: String, within limit: Duration) async throws(QMPError) -> QMPEvent {
        if let index = kept.firstIndex(where: { $0.name == name }) { return kept.remove(at: index) }
        let end = ContinuousClock.now + limit
        while true {
            switch try await next(until: end, name, limit) {
            case .event(let event):
                if event.name == name { return event }
                if kept.count == Self.capacity { kept.removeFirst() }
                kept.append(event)
            case .missed(let count):
                StandardError.write("quiver: missed \(count) events: they came faster than they could be kept")
            case .gap(let reason):
                StandardError.write("quiver: the connection was interrupted: \(reason)")
            case nil:
                throw QMPError(.connectionClosed, "QEMU closed the connection before \(name) came")
            }
        }
    }

    private mutating func next(
        until end: ContinuousClock.Instant,
        _ name: String,
        _ limit: Duration,
    ) async throws(QMPError) -> QMPEventItem? {
        do throws(QMPError) {
            return try await iterator.next(within: ContinuousClock.now.duration(to: end))
        } catch  where error.code == .timedOut {
            throw QMPError(.timedOut, "no event \(name) within \(limit.shortText)")
        }
    }
}
