import Testing

/// What is killed, while what is being done, and how far that has got by then.
struct Blow: Sendable, CustomTestStringConvertible {
    /// What an owner does with its machine.
    enum Work: String, CaseIterable { case start, save, load, stop }

    /// The owner or the machine by SIGKILL, the machine by SIGSTOP and its owner then, or the room on the disk.
    enum Victim: String, CaseIterable { case owner, machine, machineStopped, disk }

    let work: Work
    let victim: Victim
    /// The point of the work, as a share of the time that it takes when nothing happens.
    let share: Double

    var testDescription: String { "\(work), \(victim)" }

    /// Each victim at a random point of each work, and the owner at a second one.
    static let twenty: [Blow] = (0..<20).map { number in
        let victims = Victim.allCases
        return Blow(
            work: Work.allCases[number % 4],
            victim: victims[number / 4 % victims.count],
            // Not later: finding what to strike takes time too.
            share: Double.random(in: 0..<0.75),
        )
    }
}
