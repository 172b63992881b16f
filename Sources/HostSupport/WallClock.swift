import LibC

/// The host's wall clock.
public enum WallClock {
    /// Seconds since 1970.
    public static var now: Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
