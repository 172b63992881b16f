import HostSupport
import QGA
import QMPCore

extension GuestAgent {
    /// Freezes the guest's file systems, runs `body`, and thaws them whatever happens.
    ///
    /// While they are frozen the agent permits little else, and whatever writes in the guest stands still: keep it short.
    /// They are thawed also when freezing failed or was cancelled half way, since some may be frozen then.
    /// - Parameter body: Gets the number of file systems that were frozen.
    /// - Throws: What `body` throws; ``QMPError`` when freezing or thawing failed.
    public func withFrozenFileSystems<Value: Sendable>(_ body: (Int64) async throws -> Value) async throws -> Value {
        let thawing = OneShot<Result<Int64, QMPError>>()
        let value = try await withCleanup {
            try await body(try await self.guestFsfreezeFreeze())
        } cleanup: {
            thawing.set(await self.thaw())
        }
        let late = QMPError(.timedOut, command: GuestFsfreezeThaw.name, "\(guest): thawing did not end")
        _ = try await thawing.wait(within: .zero, late: .failure(late), cancelled: .failure(late)).get()
        return value
    }

    /// Thaws, a second time where the first did not get through.
    private func thaw() async -> Result<Int64, QMPError> {
        do throws(QMPError) {
            return .success(try await guestFsfreezeThaw())
        } catch {
            guard error.code == .timedOut || error.code == .undecodableReply else { return .failure(error) }
        }
        do throws(QMPError) {
            return .success(try await guestFsfreezeThaw())
        } catch {
            return .failure(error)
        }
    }
}
