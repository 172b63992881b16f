/// Finds what a user may have meant by a name that is not known.
package enum NearestName {
    /// The known name that takes the fewest changed letters, or nil when none is close.
    package static func find(_ name: String, among known: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased())
        let best = known.map { ($0, distance(wanted, Array($0.lowercased()))) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let best, best.1 <= max(1, min(3, wanted.count / 3)) else { return nil }
        return best.0
    }

    /// How many letters must be added, removed, changed or exchanged with their neighbour.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    next[column] + 1,
                    rows[row][column + 1] + 1,
                    rows[row][column] + (letter == other ? 0 : 1)
                )
                let isSwapped = row > 0 && column > 0 && letter == right[column - 1] && left[row - 1] == other
                if isSwapped { cost = min(cost, rows[row - 1][column - 1] + 1) }
                next.append(cost)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
