#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What was measured, by name, as one line of JSON.
struct Figures {
    private var members: [String] = []

    mutating func set(_ name: String, _ value: Double) {
        members.append("\"\(name)\":\((value * 10).rounded() / 10)")
    }

    /// The median of several rounds.
    mutating func set(_ name: String, _ values: [Double]) {
        guard !values.isEmpty else { return }
        set(name, values.sorted()[values.count / 2])
    }

    func print() { Swift.print("{\(members.joined(separator: ","))}") }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
}

/// A process's memory, in MiB.
enum ProcessMemory {
    /// Its proportional share of all that it has mapped.
    static func proportionalShare(of process: Int32) -> Double {
        guard let file = fopen("/proc/\(process)/smaps_rollup", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("Pss:") { return (Double(text.filter(\.isNumber)) ?? 0) / 1024 }
        }
        return 0
    }
}
