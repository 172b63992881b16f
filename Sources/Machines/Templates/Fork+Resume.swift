import GuestAccess

extension Fork {
    /// Lets the guest go on, and waits until its helper has answered that clock and random pool are right.
    public func takeUp(options: ForkOptions = ForkOptions()) async throws {
        let begin = ContinuousClock.now
        guard let helper, let frozenAt else {
            _ = try await machine.command("cont")
            return
        }
        var fixUp = options.fixUp
        if fixUp.clock == .atSending {
            fixUp.clock = .resumed(wallClock: GuestFixUp.wallClock(), frozenAt: frozenAt)
        }
        // Sent before the guest goes on: it finds the request when it wakes, and no time is lost between.
        let pending = try helper.beginFixUp(fixUp)
        _ = try await machine.command("cont")
        try prove(try await helper.finishFixUp(pending, within: options.answerDeadline))
        note(fixUp: .now - begin)
    }

    /// Lets the guest of a fork made ahead wake once and stops it again.
    ///
    /// Under software emulation most of a fork's first moments goes into translating what its kernel and helper
    /// execute then; who takes this fork up later finds that done. A fork without a helper is left as it is.
    package func warmUp(options: ForkOptions = ForkOptions()) async throws {
        guard let helper, frozenAt != nil else { return }
        try await takeUp(options: options)
        let pending = try helper.beginFixUp(GuestFixUp(clock: .leaveAlone))
        let answer = try await helper.finishFixUp(pending, within: options.answerDeadline)
        let answered = ContinuousClock.now
        _ = try await machine.command("stop")
        guard let monotonic = answer.monotonic else { return }
        // The guest stopped between the answer and now, which are some milliseconds apart.
        note(stoppedAt: monotonic + Int64((.now - answered) / .nanoseconds(2)))
    }

    /// Lets the guest go on as it is; whoever calls this sees to its clock and random pool.
    package func goOnUncorrected() async throws(MachineError) { _ = try await machine.command("cont") }

    private func prove(_ answer: GuestHelper.FixUpAnswer) throws(TemplateError) {
        guard answer.nonce != template.record.nonce else { return }
        throw TemplateError(
            .damaged,
            template: template.name,
            "a fork of it woke up at another instant than the template's",
        )
    }
}
