import GuestAccess
import HostSupport

extension Machine {
    /// Asks the guest's helper to shut the guest down, then runs the body, which waits for that.
    ///
    /// A helper that does not answer, or that another command is connected to, is not waited for: the body still runs.
    func afterAskingGuestHelperToShutDown<Value>(
        before end: ContinuousClock.Instant,
        _ body: () async throws -> Value,
    ) async rethrows -> Value {
        let helper = await answeringHelper(before: end)
        defer { helper?.close() }
        // It has no answer to wait for: the helper ends with the guest.
        _ = try? await helper?.collect(.shell("systemctl --no-block poweroff || poweroff"), within: end - .now)
        return try await body()
    }

    private func answeringHelper(before end: ContinuousClock.Instant) async -> GuestHelper? {
        guard let channel = try? await helperChannel(), !channel.isTaken, channel.isOpenInGuest,
            let helper = try? helper()
        else { return nil }
        do {
            _ = try await helper.hello(within: end - .now)
            return helper
        } catch {
            helper.close()
            return nil
        }
    }
}
