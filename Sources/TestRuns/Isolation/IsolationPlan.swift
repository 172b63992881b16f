import PluginProtocol

/// Which tests run together in one fork, and in which order the forks are started.
struct IsolationPlan: Sendable, Hashable {
    /// Indices into the collected items, each group in the collected order; the longest group first.
    let groups: [[Int]]

    /// Plans a run.
    ///
    /// - Parameter durations: How long tests took in earlier runs, in seconds by node id. An unknown test goes first:
    ///   it may be the longest.
    init(_ suite: CollectedSuite, isolation: ProjectConfiguration.Isolation, durations: [String: Double]) {
        let indices = Array(suite.items.indices)
        let groups: [[Int]]
        switch isolation {
        case .none: groups = indices.isEmpty ? [] : [indices]
        case .test: groups = indices.map { [$0] }
        case .file:
            var files: [String] = []
            var members: [String: [Int]] = [:]
            for index in indices {
                let file = suite.items[index].file
                if members[file] == nil { files.append(file) }
                members[file, default: []].append(index)
            }
            groups = files.compactMap { members[$0] }
        }
        func expected(_ group: [Int]) -> Double {
            group.reduce(0) { $0 + (durations[suite.items[$1].id] ?? .infinity) }
        }
        // Sorted by expected duration, then by collected order, which gives the earliest output.
        self.groups = groups.map { ($0, expected($0)) }
            .sorted { ($0.1, -($0.0.first ?? 0)) > ($1.1, -($1.0.first ?? 0)) }
            .map(\.0)
    }
}
