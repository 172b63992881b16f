import Testing

@testable import PluginProtocol

@Suite struct ReportSequenceTests {
    @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]])
    func `reports come out in the collected order, however they come in`(arrival: [Int]) {
        var sequence = ReportSequence<String>(count: 4)
        let order = arrival.flatMap { sequence.add("report \($0)", of: $0) }
        #expect(order.map(\.index) == [0, 1, 2, 3])
        #expect(order.map(\.report) == (0..<4).map { "report \($0)" })
        #expect(sequence.isComplete)
    }

    @Test func `a report is handed out as soon as its turn has come`() {
        var sequence = ReportSequence<String>(count: 3)
        #expect(sequence.add("b", of: 1).isEmpty)
        #expect(sequence.add("a", of: 0).map(\.report) == ["a", "b"])
        #expect(!sequence.isComplete && sequence.missing == 1)
    }

    @Test func `what came before or cannot be is not handed out again`() {
        var sequence = ReportSequence<String>(count: 2)
        #expect(sequence.add("a", of: 0).count == 1)
        #expect(sequence.add("again", of: 0).isEmpty)
        #expect(sequence.add("beyond", of: 2).isEmpty)
    }
}
