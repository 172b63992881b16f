/// The patience with a guest that has booted by its console, and whose helper has not spoken.
///
/// In a sound guest the helper speaks first. What reads the console may be ahead of what hears the helper, though, and a
/// host that needs long for a boot needs long for the helper too.
struct GuestSilence {
    /// What to do now.
    enum Step: Hashable {
        case wait
        /// Ask the guest in another way what is wrong; an answer that leaves no hope ends the wait.
        case ask
        case giveUp
    }

    /// How long nobody asks after the first sign that the guest has booted, and between two questions.
    private static let pause = Duration.seconds(3)
    /// How long the silence may last, at least.
    private static let least = Duration.seconds(10)
    /// How long a guest may think about an answer, at least: it starts a Python for it.
    private static let leastAnswer = Duration.seconds(20)

    /// Where cloud-init's configuration came from, by what the console says at cloud-init's end; nil before.
    private(set) var dataSource: String?
    /// How long the guest may think about an answer: one that needed long to boot needs long for everything.
    private(set) var answerLimit = leastAnswer
    private let bootBegan: ContinuousClock.Instant
    private var times: (question: ContinuousClock.Instant, end: ContinuousClock.Instant)?

    init(bootBegan: ContinuousClock.Instant) {
        self.bootBegan = bootBegan
    }

    /// Notes a sign that the guest has booted; the first one counts.
    mutating func hasBooted(at now: ContinuousClock.Instant) {
        guard times == nil else { return }
        let boot = now - bootBegan
        times = (now + Self.pause, now + max(Self.least, boot / 2))
        answerLimit = max(Self.leastAnswer, boot)
    }

    mutating func cloudInitEnded(dataSource: String, at now: ContinuousClock.Instant) {
        hasBooted(at: now)
        self.dataSource = dataSource
    }

    mutating func step(at now: ContinuousClock.Instant) -> Step {
        guard let (question, end) = times else { return .wait }
        if now >= end { return .giveUp }
        guard now >= question else { return .wait }
        times?.question = now + Self.pause
        return .ask
    }
}
