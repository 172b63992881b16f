package import WireJSON

/// The state of one monitor connection: takes what happened, returns what to do.
///
/// The session reads no clock, writes no bytes and resumes no tasks; a transport performs its actions in order.
package struct QMPSession: Sendable {
    /// The settings of a session.
    package struct Settings: Sendable, Hashable {
        /// In-band commands that may be in flight; QEMU stops reading beyond eight.
        package var window: Int
        /// Whether the peer greets and negotiates; the guest agent does not.
        package var expectsGreeting: Bool
        /// Whether to request out-of-band execution if it is offered.
        package var enablesOutOfBand: Bool

        package init(window: Int = 8, expectsGreeting: Bool = true, enablesOutOfBand: Bool = true) {
            self.window = max(1, window)
            self.expectsGreeting = expectsGreeting
            self.enablesOutOfBand = enablesOutOfBand
        }
    }

    /// What the transport has to do.
    package enum Action: Sendable {
        /// Write the message, its descriptor with the first byte.
        case send(QMPRequest)
        /// Pass the outcome to the command's caller.
        case complete(UInt64, Result<JSON, QMPError>)
        /// Pass the event to the subscribers.
        case deliver(QMPEvent)
        /// Negotiation is done: commands can be sent.
        case becameReady(QMPGreeting?)
        /// Log it.
        case report(QMPDiagnostic)
        /// Close the connection for this reason.
        case close(QMPError)
    }

    /// A command that was sent and not yet answered.
    struct Outstanding: Sendable {
        let id: UInt64
        let name: String
        let isOutOfBand: Bool
        let carriesDescriptor: Bool
        /// Set when its caller has given up: the reply will be dropped, the slot is kept until then.
        var isAbandoned = false

        init(_ request: QMPRequest) {
            id = request.id
            name = request.name
            isOutOfBand = request.isOutOfBand
            carriesDescriptor = request.passenger != nil
        }
    }

    /// The commands that wait and those in flight.
    struct Book: Sendable {
        /// In the order in which they were submitted.
        var queued: [QMPRequest] = []
        /// In the order in which they were sent.
        var outstanding: [Outstanding] = []
        /// Replies known to be lost, not yet attributed to a command.
        var lostReplies = 0
        /// Set once QEMU has agreed to quit: it may close at any moment.
        var hasQuit = false
    }

    enum State: Sendable {
        case awaitingGreeting(Book)
        case negotiating(QMPGreeting, capabilities: UInt64, Book)
        case ready(QMPGreeting?, outOfBand: Bool, Book)
        case closed(QMPError)
    }

    let settings: Settings
    var state: State

    package init(settings: Settings = Settings()) {
        self.settings = settings
        state = settings.expectsGreeting ? .awaitingGreeting(Book()) : .ready(nil, outOfBand: false, Book())
    }

    /// Whether commands can be sent.
    package var isReady: Bool {
        switch state {
        case .ready: true
        case .awaitingGreeting, .negotiating, .closed: false
        }
    }

    /// Whether out-of-band execution was negotiated.
    package var canExecuteOutOfBand: Bool {
        switch state {
        case .ready(_, let outOfBand, _): outOfBand
        case .awaitingGreeting, .negotiating, .closed: false
        }
    }

    /// The number of commands that were sent and not answered.
    package var outstandingCount: Int { book?.outstanding.count ?? 0 }

    /// The number of commands that wait for a slot in the window.
    package var queuedCount: Int { book?.queued.count ?? 0 }

    var book: Book? {
        switch state {
        case .awaitingGreeting(let book), .negotiating(_, _, let book), .ready(_, _, let book): book
        case .closed: nil
        }
    }
}
