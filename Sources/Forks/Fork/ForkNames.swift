/// The names of a machine's forks: a given list, or a prefix with numbers.
struct ForkNames: Sendable {
    private enum Source {
        case given(ArraySlice<String>)
        case numbered(prefix: String, last: Int)
    }

    let count: Int
    private var source: Source

    init(_ names: [String]) {
        count = names.count
        source = .given(names[...])
    }

    init(_ count: Int, prefix: String) {
        self.count = count
        source = .numbered(prefix: prefix, last: 0)
    }

    /// Whether there is another name if one was taken in the meantime.
    var isOpenEnded: Bool {
        switch source {
        case .given: false
        case .numbered: true
        }
    }

    /// The next name; with numbers, the next free one.
    ///
    /// - Returns: Nil if the given names are used up.
    mutating func next(isTaken: (String) -> Bool) -> String? {
        switch source {
        case .given(var names):
            let name = names.popFirst()
            source = .given(names)
            return name
        case .numbered(let prefix, var last):
            repeat { last += 1 } while isTaken("\(prefix)-\(last)")
            source = .numbered(prefix: prefix, last: last)
            return "\(prefix)-\(last)"
        }
    }
}
