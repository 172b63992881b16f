import PluginProtocol
import Testing

@testable import TestRuns

@Suite struct IsolationPlanTests {
    private let suite = CollectedSuite(
        items: ["a.py::one", "b.py::two", "a.py::three", "b.py::four[a::b]"].map {
            CollectedSuite.Item(id: $0, file: String($0.prefix(4)))
        },
        pytest: "8.0",
        isRoot: true,
    )

    @Test func `each test is a group of its own, in the collected order when nothing is known`() {
        #expect(IsolationPlan(suite, isolation: .test, durations: [:]).groups == [[0], [1], [2], [3]])
    }

    @Test func `a file's tests stay together in their order`() {
        #expect(IsolationPlan(suite, isolation: .file, durations: [:]).groups == [[0, 2], [1, 3]])
    }

    @Test func `the longest goes first, and what is not known before all`() {
        let durations = ["a.py::one": 1.0, "b.py::two": 5, "a.py::three": 2]
        #expect(IsolationPlan(suite, isolation: .test, durations: durations).groups == [[3], [1], [2], [0]])
        let all = durations.merging(["b.py::four[a::b]": 0.5]) { $1 }
        #expect(IsolationPlan(suite, isolation: .file, durations: all).groups == [[1, 3], [0, 2]])
    }

    @Test func `no tests are no groups`() {
        let nothing = CollectedSuite(items: [], pytest: "8.0", isRoot: true)
        for isolation in ProjectConfiguration.Isolation.allCases {
            #expect(IsolationPlan(nothing, isolation: isolation, durations: [:]).groups.isEmpty)
        }
    }
}
