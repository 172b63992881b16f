public import QMPCore

extension QMPEventSource {
    /// The events from now on, each with its type; for one consumer.
    ///
    /// Subscribe before executing a command whose events matter: they can come before its reply.
    public var events: TypedEvents<Items> { TypedEvents(eventItems()) }
}

/// Events with their types; see ``Event`` for those that cannot be given one.
public struct TypedEvents<Items: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Items.Element == QMPEventItem, Items.Failure == QMPError {
    /// An event with its type.
    public typealias Element = Event
    /// The error when the connection is lost.
    public typealias Failure = QMPError

    private let items: Items

    init(_ items: Items) { self.items = items }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(items.makeAsyncIterator()) }

    /// Reads the events one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var items: Items.AsyncIterator

        init(_ items: Items.AsyncIterator) { self.items = items }

        /// Waits for the next event.
        /// - Throws: ``QMPCore/QMPError`` when the connection is lost or the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(QMPError) -> Event? {
            try await items.next(isolation: actor).map(Event.init)
        }
    }
}

@available(*, unavailable) extension TypedEvents.AsyncIterator: Sendable {}

extension Event {
    /// Gives what a subscriber received its type; never fails.
    public init(_ item: QMPEventItem) {
        switch item {
        case .event(let event): self.init(event)
        case .missed(let count): self = .missed(count)
        case .gap(let reason): self = .gap(reason: reason)
        }
    }
}
