import HostSupport
public import QMPCore
import Quantities

/// The updates of a job until it ends; see ``QMPJob/updates(deadline:interval:)``.
public struct QMPJobUpdates: AsyncSequence, Sendable {
    /// One step of the job.
    public typealias Element = QMPJobUpdate
    /// The error with which the job or the connection ended.
    public typealias Failure = QMPError

    let job: QMPJob
    let events: QMPEvents
    let deadline: Duration
    let interval: Duration

    /// Begins to follow; the deadline counts from here.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            job: job,
            events: events.makeAsyncIterator(),
            limit: deadline,
            until: .now + deadline,
            interval: interval,
        )
    }

    /// Reads the updates one after another; not to be shared between tasks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let job: QMPJob
        var events: QMPEvents.AsyncIterator
        let limit: Duration
        let until: ContinuousClock.Instant
        let interval: Duration
        private var last: QMPJobUpdate?
        /// The end according to an event, for a job that is gone before it could be queried.
        private var announced: Result<Void, QMPError>?
        /// Whether an event came since the last query.
        private var isStale = true

        init(
            job: QMPJob,
            events: QMPEvents.AsyncIterator,
            limit: Duration,
            until: ContinuousClock.Instant,
            interval: Duration,
        ) {
            self.job = job
            self.events = events
            self.limit = limit
            self.until = until
            self.interval = interval
        }

        /// Waits for the next change.
        /// - Returns: nil if the job has ended without an error.
        public mutating func next() async throws(QMPError) -> QMPJobUpdate? {
            while true {
                if let outcome = job.outcome.withLock({ $0 }) {
                    try outcome.get()
                    return nil
                }
                if !isStale { try await waitForChange() }
                isStale = false
                switch try await job.probe(deadline: try remaining()) {
                case .goesOn(let update):
                    // A device that the guest does not release stays as it is: only the event reports it.
                    if case .failure = announced, job.kind == .deviceRemoval { conclude(announced) }
                    if update != last {
                        last = update
                        return update
                    }
                case .ended(let update, let error):
                    conclude(error.map { .failure($0) } ?? .success(()))
                    if update != last {
                        last = update
                        return update
                    }
                case .unknown:
                    try await readAnnouncements()
                    conclude(announced ?? .failure(vanished))
                }
            }
        }

        /// The same as ``next()``; `for try await` calls this one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(QMPError) -> QMPJobUpdate? {
            try await next()
        }

        private func conclude(_ result: Result<Void, QMPError>?) {
            job.outcome.withLock { outcome in
                if outcome == nil { outcome = result }
            }
        }

        /// Waits for an event, but no longer than until the next query of the progress.
        private mutating func waitForChange() async throws(QMPError) {
            do throws(QMPError) {
                note(try await events.next(within: Swift.min(interval, try remaining())))
            } catch  where error.code == .timedOut {
                _ = try remaining()
            }
        }

        /// Reads the events that have already come.
        private mutating func readAnnouncements() async throws(QMPError) {
            while announced == nil {
                do throws(QMPError) {
                    guard let item = try await events.next(within: .milliseconds(20)) else { return }
                    note(item)
                } catch  where error.code == .timedOut {
                    return
                }
            }
        }

        private mutating func note(_ item: QMPEventItem?) {
            guard case .event(let event) = item, let ending = job.ending(event) else { return }
            announced = ending
        }

        private func remaining() throws(QMPError) -> Duration {
            let rest = ContinuousClock.now.duration(to: until)
            guard rest > .zero else {
                let status = last.map { "it is \($0.status)" } ?? "its status is not known"
                let text = "\(job.subject) did not finish within \(limit.shortText); \(status) and continues in QEMU"
                throw QMPError(.timedOut, command: job.command, text)
            }
            return rest
        }

        private var vanished: QMPError {
            let advice = "start it with auto-dismiss=false"
            return QMPError(
                .outcomeUnknown,
                command: job.command,
                "\(job.subject) disappeared without reporting a result; \(advice)",
            )
        }
    }
}

@available(*, unavailable) extension QMPJobUpdates.AsyncIterator: Sendable {}
