import Synchronization

/// The groups of tests that no fork has started yet.
final class GroupQueue: Sendable {
    private let groups: Mutex<ArraySlice<[Int]>>

    init(_ groups: [[Int]]) {
        self.groups = Mutex(groups[...])
    }

    /// The next group to run; nil if there is none left.
    func next() -> [Int]? { groups.withLock { $0.popFirst() } }

    /// Drops the groups that have not started.
    func clear() { groups.withLock { $0 = [] } }
}
