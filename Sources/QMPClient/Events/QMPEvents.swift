public import QMPCore

/// The events of a connection, from the subscription on; for one consumer.
///
/// The sequence ends when the connection is closed on purpose (by us, or by QEMU after `quit`) and throws
/// ``QMPError`` when it is lost.
public struct QMPEvents: AsyncSequence, Sendable {
    public typealias Element = QMPEventItem
    public typealias Failure = QMPError

    let subscription: QMPSubscription

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }

    /// Reads the events one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: QMPSubscription

        /// Waits for the next item.
        /// - Throws: ``QMPError`` when the connection is lost, or with code `cancelled` when the task is cancelled.
        public mutating func next() async throws(QMPError) -> QMPEventItem? {
            try await subscription.queue.next()
        }

        /// Waits for the next item for at most `limit`; no item is lost if it expires.
        /// - Throws: ``QMPError`` as ``next()``, or with code `timedOut`.
        public mutating func next(within limit: Duration) async throws(QMPError) -> QMPEventItem? {
            try await subscription.queue.next(within: limit)
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(QMPError) -> QMPEventItem? {
            try await subscription.queue.next()
        }
    }
}

@available(*, unavailable) extension QMPEvents.AsyncIterator: Sendable {}

/// Keeps a subscription alive; the connection holds its queue only weakly.
final class QMPSubscription: Sendable {
    let queue: QMPEventQueue

    init(queue: QMPEventQueue) { self.queue = queue }
}
