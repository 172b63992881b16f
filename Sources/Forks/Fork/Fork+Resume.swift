package import GuestAccess
package import Machines

extension Fork {
    /// Resumes the guest, and waits until its helper has fixed up clock and random pool.
    ///
    /// - Throws: ``Machines/MachineError`` with code `ended` and QEMU's last words if QEMU ends meanwhile;
    ///   ``GuestAccess/GuestAccessError`` if the guest does not answer; ``TemplateError`` with code `damaged`.
    public func resume(options: ForkOptions = ForkOptions()) async throws {
        _ = try await machine.explainingEnd { try await wake(options) }
    }

    /// - Returns: When the guest resumed, by the host's wall clock in nanoseconds since 1970.
    private func wake(_ options: ForkOptions) async throws -> Int64 {
        let begin = ContinuousClock.now
        let resumedAt = try await machine.timedResume()
        let resumed = ContinuousClock.now
        note(resume: resumed - begin, fixUp: .zero)
        guard let helper, let frozenAt else { return resumedAt }
        let answer = try await helper.fixUp(
            options.fixUp,
            resumedAt: resumedAt,
            frozenAt: frozenAt,
            within: options.answerDeadline,
        )
        guard answer.nonce == template.record.nonce else {
            throw TemplateError(
                .damaged,
                template: template.name,
                "a fork did not resume at the instant of the template",
            )
        }
        try await machine.follow(options.fixUp, answer)
        note(resume: resumed - begin, fixUp: .now - resumed)
        return resumedAt
    }

    /// Resumes the guest of a standby once and pauses it again.
    ///
    /// Under software emulation, most of a fork's first moments are spent translating what its kernel and helper
    /// execute then; for a standby this is already done. A fork without a helper is left as it is.
    ///
    /// - Parameter rehearsal: What else is done before it is paused again.
    package func warmUp(
        options: ForkOptions = ForkOptions(),
        _ rehearsal: () async throws -> Void = {},
    ) async throws {
        guard helper != nil, let frozenAt else { return }
        try await machine.explainingEnd {
            let resumedAt = try await wake(options)
            try await rehearsal()
            let stoppedAt = try await machine.timedPause()
            note(stoppedAt: frozenAt + stoppedAt - resumedAt)
        }
    }

    /// Resumes the guest without a fix-up; the caller takes care of its clock and random pool.
    ///
    /// - Returns: The clock correction for the guest.
    package func resumeUncorrected() async throws(MachineError) -> GuestFixUp.Clock {
        let begin = ContinuousClock.now
        let resumedAt = try await machine.timedResume()
        note(resume: .now - begin, fixUp: .zero)
        return frozenAt.map { .resumed(wallClock: resumedAt, frozenAt: $0) } ?? .leaveAlone
    }
}
