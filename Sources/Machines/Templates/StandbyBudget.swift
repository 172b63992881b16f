import Quantities

/// How many forks may be kept ready: what was asked for, as far as memory allows at the moment.
struct StandbyBudget: Sendable {
    /// How many are wanted.
    let size: Int
    /// The most memory that they may take together; nil sets no limit beside what is free.
    let limit: ByteCount?
    /// What is free at the moment; nil where the system does not tell.
    let free: @Sendable () -> ByteCount?

    /// What a fork takes before its guest has run: QEMU's own memory, and what waking once writes to.
    static let memoryPerStandby = ByteCount.mebibytes(64)

    /// One more takes at most this part of what is free: the forks at work need the rest.
    private static let part: UInt64 = 4

    /// Whether one more may be made beside those that wait already.
    func allowsAnother(beside ready: Int) -> Bool {
        guard ready < size else { return false }
        let one = Self.memoryPerStandby.bytes
        if let limit, UInt64(ready + 1) * one > limit.bytes { return false }
        return free().map { $0.bytes / Self.part >= one } ?? true
    }
}
