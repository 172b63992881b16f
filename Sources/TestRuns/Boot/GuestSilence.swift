/// Decides how long to wait for a guest whose helper does not answer although it seems to have booted.
///
/// In a healthy guest the helper answers first. However, the console may be read before the helper is heard, and a host
/// on which booting is slow is also slow to start the helper. Signs can be missed, for example a prompt that a kernel
/// message interrupts, so a guest whose console is quiet is asked even without a sign.
struct GuestSilence {
    /// What to do now.
    enum Step: Hashable {
        case wait
        /// Ask the guest in another way what is wrong; a hopeless answer ends the wait.
        case ask
        case giveUp
    }

    /// The pause after the first sign that the guest has booted, and between two questions.
    private static let pause = Duration.seconds(3)
    /// How long a console must be quiet before a guest without any sign is asked, and the pause between two questions.
    private static let quiet = Duration.seconds(30)
    /// The least time that the silence may last after the first sign.
    private static let least = Duration.seconds(10)
    /// The least time for an answer: the guest starts a Python for it.
    private static let leastAnswer = Duration.seconds(20)

    /// Where cloud-init's configuration came from, by what the console says at cloud-init's end; nil before.
    private(set) var dataSource: String?
    /// The time limit for an answer: a guest that was slow to boot is slow in everything.
    private(set) var answerLimit = leastAnswer
    private let bootBegan: ContinuousClock.Instant
    /// When the next question is due.
    private var question: ContinuousClock.Instant
    /// When to give up; nil before the first sign.
    private var end: ContinuousClock.Instant?

    init(bootBegan: ContinuousClock.Instant) {
        self.bootBegan = bootBegan
        question = bootBegan + Self.quiet
    }

    /// Notes new output on the console.
    mutating func consoleSpoke(at now: ContinuousClock.Instant) {
        guard end == nil else { return }
        question = now + Self.quiet
    }

    /// Notes a sign that the guest has booted; the first one counts.
    mutating func hasBooted(at now: ContinuousClock.Instant) {
        guard end == nil else { return }
        question = now + Self.pause
        end = now + max(Self.least, (now - bootBegan) / 2)
        answerLimit = max(Self.leastAnswer, now - bootBegan)
    }

    mutating func cloudInitEnded(dataSource: String, at now: ContinuousClock.Instant) {
        hasBooted(at: now)
        self.dataSource = dataSource
    }

    mutating func step(at now: ContinuousClock.Instant) -> Step {
        if let end, now >= end { return .giveUp }
        guard now >= question else { return .wait }
        question = now + (end == nil ? Self.quiet : Self.pause)
        return .ask
    }
}
