import GuestAccess

/// Rows of text in aligned columns.
struct TextTable {
    private var rows: [[String]]

    init(header: [String]) {
        rows = [header]
    }

    mutating func add(_ row: [String]) {
        // Some of it comes from files and guests.
        rows.append(row.map { GuestText.shown($0) })
    }

    /// The table with two spaces between columns and none at the end of a line.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let lines = rows.map { cells in
            let row = cells.prefix((cells.lastIndex { !$0.isEmpty } ?? -1) + 1)
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }
        return lines.joined(separator: "\n")
    }
}
