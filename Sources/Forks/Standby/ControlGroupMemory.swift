import HostSupport
import Quantities
import SystemPackage

/// The memory that is left by the limits of this process's control groups, for example in a container.
struct ControlGroupMemory {
    /// The kernel's directory of control groups.
    var root: FilePath = "/sys/fs/cgroup"
    /// Linux's list of the groups that this process is in; macOS has none.
    var membership: FilePath = "/proc/self/cgroup"

    /// The names of a group's files; the two versions of control groups differ in them.
    private struct Names {
        let limit: String
        let usage: String
        /// In `memory.stat`: file pages that the kernel reclaims when it needs memory.
        let reclaimable: String

        static let first = Self(
            limit: "memory.limit_in_bytes",
            usage: "memory.usage_in_bytes",
            reclaimable: "total_inactive_file",
        )
        static let second = Self(limit: "memory.max", usage: "memory.current", reclaimable: "inactive_file")
    }

    /// The least memory that any of the groups leaves; nil if none has a limit.
    var available: ByteCount? {
        guard let text = try? WholeFile.readText(membership) else { return nil }
        return text.split(separator: "\n").compactMap(available).min()
    }

    /// - Parameter line: Of the membership, as in `4:memory:/a/b` (version 1) or `0::/a/b` (version 2).
    private func available(_ line: Substring) -> ByteCount? {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return nil }
        let (top, names): (FilePath, Names)
        if fields[1].split(separator: ",").contains("memory") {
            (top, names) = (root.appending("memory"), .first)
        } else if fields[1].isEmpty {
            (top, names) = (root, .second)
        } else {
            return nil
        }
        // The limits of all parent groups count too. In a container, the path may only exist on the host.
        var path = FilePath(String(fields[2])).components.map(\.string)
        var least: ByteCount?
        while true {
            let left = room(in: path.reduce(top) { $0.appending($1) }, names)
            least = [least, left].compactMap(\.self).min()
            guard path.popLast() != nil else { return least }
        }
    }

    private func room(in group: FilePath, _ names: Names) -> ByteCount? {
        guard let limit = number(group.appending(names.limit)), let usage = number(group.appending(names.usage)) else {
            return nil
        }
        let statistics = (try? WholeFile.readText(group.appending("memory.stat"))) ?? ""
        let reclaimable =
            statistics.split(separator: "\n").first { $0.hasPrefix("\(names.reclaimable) ") }
            .flatMap { UInt64($0.filter(\.isNumber)) } ?? 0
        let used = usage > reclaimable ? usage - reclaimable : 0
        return ByteCount(limit > used ? limit - used : 0)
    }

    private func number(_ file: FilePath) -> UInt64? {
        (try? WholeFile.readText(file)).flatMap { UInt64($0.filter { !$0.isWhitespace }) }
    }
}
