import CloudInit
import DiskImages
import HostSupport
import HostTools
import Quantities
import SystemPackage

/// Measures what is made for every machine: its overlay and its seed, beside the tools that people use for them.
@main
struct ImageBench {
    static func main() async throws {
        let directory = FilePath("/tmp/quiver-image-bench-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let base = directory.appending("base.qcow2")
        _ = try await ToolRun.run("qemu-img", ["create", "-q", "-f", "qcow2", base.string, "8G"])

        try await measure("overlay, in process", rounds: 200) { round in
            try Overlay.create(at: directory.appending("overlay-\(round)"), base: base, size: .gibibytes(20))
        }
        try await measure("overlay, qemu-img create", rounds: 30) { round in
            let out = directory.appending("theirs-\(round)").string
            _ = try await ToolRun.run(
                "qemu-img",
                ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.string, out, "20G"],
            )
        }
        try await measure("facts of a disk image, in process", rounds: 200) { _ in _ = try DiskFacts.read(base) }
        try await measure("facts of a disk image, qemu-img info", rounds: 30) { _ in
            _ = try await ToolRun.run("qemu-img", ["info", "--output=json", base.string])
        }
        let seed = Seed(userData: "#cloud-config\npackages: [jq]\n", metaData: "instance-id: bench\n")
        try await measure("seed image, in process", rounds: 200) { round in
            try seed.write(to: directory.appending("seed-\(round).iso"))
        }
    }

    /// Prints the median and the 95th percentile of a number of rounds.
    private nonisolated(nonsending) static func measure(
        _ name: String,
        rounds: Int,
        _ body: (_ round: Int) async throws -> Void,
    ) async throws {
        var times: [Duration] = []
        for round in 0..<rounds {
            let start = ContinuousClock.now
            try await body(round)
            times.append(ContinuousClock.now - start)
        }
        times.sort()
        let (median, late) = (times[rounds / 2].shortText, times[rounds * 95 / 100].shortText)
        print("\(name): p50 \(median), p95 \(late), \(rounds) rounds")
    }
}
