import Quantities

/// How many standbys may be kept: the requested number, as far as memory allows at the moment.
struct StandbyBudget: Sendable {
    /// The requested number.
    let size: Int
    /// The most memory that they may use together; nil means only limited by free memory.
    let limit: ByteCount?
    /// The memory that is free at the moment; nil if the system does not say.
    let free: @Sendable () -> ByteCount?

    /// The memory of a standby: QEMU's own, and what the guest writes when it is resumed once.
    static let memoryPerStandby = ByteCount.mebibytes(64)

    /// Another one may use at most this fraction of the free memory: the forks in use need the rest.
    private static let part: UInt64 = 4

    /// Whether another one may be made in addition to those that are ready.
    func allowsAnother(beside ready: Int) -> Bool {
        guard ready < size else { return false }
        let one = Self.memoryPerStandby.bytes
        if let limit, UInt64(ready + 1) * one > limit.bytes { return false }
        return free().map { $0.bytes / Self.part >= one } ?? true
    }
}
