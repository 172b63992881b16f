import QAPI
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures our client the way `floor/wire_floor.c` measures the least that a client can do; prints one line of JSON.
@main
struct WireBench {
    static func main() async throws {
        var options = QMPOptions()
        options.sharesThread = CommandLine.arguments.contains("--share-thread")
        let arguments = CommandLine.arguments.filter { $0 != "--share-thread" }
        guard arguments.count == 4, let count = Int(arguments[3]) else {
            print("usage: wire-bench [--share-thread] roundtrip|pipelined|schema|events|stalled SOCKET COUNT")
            exit(64)
        }
        let socket = FilePath(arguments[2])
        try await QMPConnection.withConnection(to: .unix(socket), options: options) { qmp in
            switch arguments[1] {
            case "roundtrip": try await roundtrip(qmp, count: count)
            case "pipelined": try await pipelined(qmp, count: count)
            case "schema": try await schema(qmp, count: count)
            case "events": try await events(qmp, count: count)
            case "stalled": try await stalled(qmp, count: count)
            default: exit(64)
            }
        }
    }

    private static func roundtrip(_ qmp: QMPConnection, count: Int) async throws {
        var times: [Duration] = []
        times.reserveCapacity(count)
        let clock = ContinuousClock()
        let cpu = cpuTime()
        for _ in 0..<count {
            let start = clock.now
            _ = try await qmp.queryStatus()
            times.append(start.duration(to: clock.now))
        }
        report(["p50": .double(median(times)), "cpu": .double((cpuTime() - cpu) / Double(count))])
    }

    private static func pipelined(_ qmp: QMPConnection, count: Int) async throws {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<(count / 8) { _ = try await qmp.queryStatus() } }
            }
            try await group.waitForAll()
        }
        report(["rate": .double(Double(count) / seconds(start.duration(to: .now)))])
    }

    /// From bytes to typed values, as the floor's json_loadb is from bytes to a tree.
    private static func schema(_ qmp: QMPConnection, count: Int) async throws {
        let reply = try await qmp.execute("query-qmp-schema")
        // With a space after each comma and colon, as QEMU writes it.
        let bytes = try spaced(reply.serialized())
        var times: [Duration] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            let types = try [SchemaInfo](json: JSON.parse(bytes))
            times.append(start.duration(to: .now))
            precondition(types.count > 100)
        }
        report(["p50": .double(median(times)), "bytes": .integer(Int64(bytes.count))])
    }

    private static func spaced(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            result.append(byte)
            // No string of the schema contains either.
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { result.append(UInt8(ascii: " ")) }
        }
        return result
    }

    /// Consumes floods of 100,000 events.
    private static func events(_ qmp: QMPConnection, count: Int) async throws {
        var best = 0.0
        for _ in 0..<count {
            let events = qmp.events(.named("JOB_STATUS_CHANGE"), buffering: 100_000)
            let start = ContinuousClock.now
            async let reply = qmp.execute("flood")
            var seen = 0
            for try await item in events {
                guard case .event = item else { fatalError("lost events: \(item)") }
                seen += 1
                if seen == 100_000 { break }
            }
            _ = try await reply
            best = max(best, 100_000 / seconds(start.duration(to: .now)))
        }
        report(["rate": .double(best)])
    }

    /// Receives floods that nobody consumes, and says how much memory that took.
    private static func stalled(_ qmp: QMPConnection, count: Int) async throws {
        let events = qmp.events()
        _ = try await qmp.execute("flood")
        let before = residentKilobytes()
        for _ in 0..<count { _ = try await qmp.execute("flood") }
        let growth = residentKilobytes() - before
        var iterator = events.makeAsyncIterator()
        guard case .missed(let missed) = try await iterator.next() else { fatalError("nothing was missed") }
        report(["growth": .integer(Int64(growth)), "missed": .integer(Int64(missed))])
    }

    // MARK: Figures

    private static func report(_ figures: JSON) { print(figures) }

    private static func median(_ times: [Duration]) -> Double {
        seconds(times.sorted()[times.count / 2]) * 1_000_000
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static func cpuTime() -> Double {
        var usage = rusage()
        // RUSAGE_SELF, whose type differs between the platforms.
        getrusage(numericCast(0), &usage)
        let whole = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
        return whole + Double(usage.ru_utime.tv_usec) + Double(usage.ru_stime.tv_usec)
    }

    /// What is resident now, not at most: pages that were given back do not count.
    private static func residentKilobytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 128)
        fgets(&buffer, 128, file)
        let fields = String(decoding: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
    }
}
