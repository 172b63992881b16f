import Testing

@testable import Forks
@testable import Machines

@Suite struct ForkNamesTests {
    @Test func `forks are named with the first free numbers`() {
        var names = ForkNames(3, prefix: "vm")
        let taken: Set = ["vm-2", "other-1"]
        #expect((0..<3).map { _ in names.next(isTaken: taken.contains) } == ["vm-1", "vm-3", "vm-4"])
        #expect(names.isOpenEnded)
    }

    @Test func `names that were asked for are given once, taken or not`() {
        var names = ForkNames(["a", "b"])
        #expect((0..<3).map { _ in names.next { _ in true } } == ["a", "b", nil])
        #expect(!names.isOpenEnded)
    }
}
