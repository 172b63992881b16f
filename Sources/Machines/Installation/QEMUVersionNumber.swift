/// A QEMU version as numbers that can be compared.
package struct QEMUVersionNumber: Comparable, Hashable {
    private let numbers: [Int]

    /// - Parameter text: The version as QEMU prints it, as in `7.2.19`; what is not a number counts as 0.
    package init(_ text: String) {
        numbers = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }
}
