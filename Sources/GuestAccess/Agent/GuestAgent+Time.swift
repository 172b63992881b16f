import LibC
import QGA
public import QMPCore

extension GuestAgent {
    /// Sets the guest's wall clock, also its hardware clock, to this host's.
    public func setTimeFromHost() async throws(QMPError) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        try await guestSetTime(time: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
    }
}
