/// The patience with a guest whose helper has not spoken although it seems to have booted.
///
/// In a sound guest the helper speaks first. What reads the console may be ahead of what hears the helper, though, and a
/// host that needs long for a boot needs long for the helper too. Signs may be missed as well, as a prompt is that the
/// kernel writes into, so that a guest whose console has become quiet is asked without any.
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
    /// How long a console says nothing before a guest is asked that has given no sign, and between two questions to it.
    private static let quiet = Duration.seconds(30)
    /// How long the silence may last after the first sign, at least.
    private static let least = Duration.seconds(10)
    /// How long a guest may think about an answer, at least: it starts a Python for it.
    private static let leastAnswer = Duration.seconds(20)

    /// Where cloud-init's configuration came from, by what the console says at cloud-init's end; nil before.
    private(set) var dataSource: String?
    /// How long the guest may think about an answer: one that needed long to boot needs long for everything.
    private(set) var answerLimit = leastAnswer
    private let bootBegan: ContinuousClock.Instant
    /// When the next question is due.
    private var question: ContinuousClock.Instant
    /// When the guest is given up; nil before the first sign.
    private var end: ContinuousClock.Instant?

    init(bootBegan: ContinuousClock.Instant) {
        self.bootBegan = bootBegan
        question = bootBegan + Self.quiet
    }

    /// Notes that the console said something.
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
