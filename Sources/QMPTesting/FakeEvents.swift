public import QMPCore

/// What a subscriber to a ``FakeExecutor`` receives; for one consumer.
public struct FakeEvents: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = QMPEventItem
    /// The error type of all sources of events; this one throws none.
    public typealias Failure = QMPError

    private let stream: AsyncStream<QMPEventItem>

    init(_ stream: AsyncStream<QMPEventItem>) { self.stream = stream }

    /// Begins to read; all iterators take from the same queue.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream.makeAsyncIterator()) }

    /// Reads the events one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var items: AsyncStream<QMPEventItem>.Iterator

        init(_ items: AsyncStream<QMPEventItem>.Iterator) { self.items = items }

        /// Waits for the next event; nil after ``FakeExecutor/endEvents()``, and in a task that is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(QMPError) -> QMPEventItem? {
            await items.next(isolation: actor)
        }
    }
}

@available(*, unavailable) extension FakeEvents.AsyncIterator: Sendable {}
