import Synchronization

/// The groups of tests that no fork has begun yet.
final class GroupQueue: Sendable {
    private let groups: Mutex<ArraySlice<[Int]>>

    init(_ groups: [[Int]]) {
        self.groups = Mutex(groups[...])
    }

    /// The next group to run; nil when there is none left.
    func next() -> [Int]? { groups.withLock { $0.popFirst() } }

    /// Drops what has not begun.
    func clear() { groups.withLock { $0 = [] } }
}
