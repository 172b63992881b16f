public import QMPCore

/// The events of a connection, from the subscription on; for one consumer.
///
/// The sequence ends when the connection is closed on purpose (by us, or by QEMU after `quit`) and throws
/// ``QMPCore/QMPError`` when it is lost.
public struct QMPEvents: AsyncSequence, Sendable {
    /// An event, or word of events that were lost.
    public typealias Element = QMPEventItem
    /// The error when the connection is lost.
    public typealias Failure = QMPError

    let subscription: QMPSubscription

    /// Begins to read; all iterators take from the same queue.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }

    /// Reads the events one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: QMPSubscription

        /// Waits for the next item.
        /// - Throws: ``QMPCore/QMPError`` when the connection is lost, or with code `cancelled` when the task is cancelled.
        public mutating func next() async throws(QMPError) -> QMPEventItem? {
            try await subscription.queue.next()
        }

        /// Waits for the next item for at most `limit`; no item is lost if it expires.
        /// - Throws: ``QMPCore/QMPError`` as ``next()``, or with code `timedOut`.
        public mutating func next(within limit: Duration) async throws(QMPError) -> QMPEventItem? {
            try await subscription.queue.next(within: limit)
        }

        /// The same as ``next()``; `for try await` calls this one.
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
