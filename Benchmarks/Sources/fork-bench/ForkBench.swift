import GuestAccess
import Machines
import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Forks a template many times and tells where the time went; prints one line of JSON.
///
/// The template is one that `quiver test` keeps below `cache/templates`.
@main
struct ForkBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else {
            print("usage: fork-bench demand|standby|together TEMPLATE-FOLDER COUNT")
            exit(64)
        }
        let template = try TemplateStore().template(in: FilePath(arguments[2]))
        try await template.check()
        switch arguments[1] {
        case "demand": try await demand(template, count)
        case "standby": try await standby(template, count)
        case "together": try await together(template, count)
        default: exit(64)
        }
    }

    /// One fork after another, from the call to the helper's answer.
    private static func demand(_ template: Template, _ count: Int) async throws {
        var (totals, starts, loads, answers, private_) = ([Double](), [Double](), [Double](), [Double](), [Double]())
        for _ in 0..<count {
            let begin = ContinuousClock.now
            let fork = try await template.fork()
            totals.append(milliseconds(.now - begin))
            starts.append(milliseconds(fork.timings.start))
            loads.append(milliseconds(fork.timings.load))
            answers.append(milliseconds(fork.timings.fixUp))
            private_.append(privateMebibytes(of: fork.machine.process.processID))
            await fork.end()
        }
        print(
            #"{"total":\#(median(totals)),"start":\#(median(starts)),"load":\#(median(loads)),"#
                + #""answer":\#(median(answers)),"slowest":\#(totals.max() ?? 0),"private_mib":\#(median(private_))}"#
        )
    }

    /// From taking a fork that was made ahead to the helper's answer.
    private static func standby(_ template: Template, _ count: Int) async throws {
        var totals: [Double] = []
        var before: [Double] = []
        for _ in 0..<count {
            let fork = try await template.standby()
            before.append(privateMebibytes(of: fork.machine.process.processID))
            let begin = ContinuousClock.now
            try await fork.takeUp()
            totals.append(milliseconds(.now - begin))
            await fork.end()
        }
        print(#"{"total":\#(median(totals)),"slowest":\#(totals.max() ?? 0),"private_mib":\#(median(before))}"#)
    }

    /// All at once, each kept until the last has answered.
    private static func together(_ template: Template, _ count: Int) async throws {
        let begin = ContinuousClock.now
        let forks = try await withThrowingTaskGroup(of: Fork.self) { group in
            for _ in 0..<count { group.addTask { try await template.fork() } }
            return try await group.reduce(into: [Fork]()) { $0.append($1) }
        }
        let time = milliseconds(.now - begin)
        let memory = forks.map { privateMebibytes(of: $0.machine.process.processID) }
        for fork in forks { await fork.end() }
        print(#"{"all":\#(time),"forks":\#(forks.count),"private_mib":\#(median(memory))}"#)
    }

    /// What a process has of its own and shares with nobody, in MiB.
    private static func privateMebibytes(of process: Int32) -> Double {
        guard let file = fopen("/proc/\(process)/smaps_rollup", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("Private_Dirty:") { return (Double(text.filter(\.isNumber)) ?? 0) / 1024 }
        }
        return 0
    }

    private static func milliseconds(_ duration: Duration) -> Double { (duration / .microseconds(100)).rounded() / 10 }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted[sorted.count / 2]
    }
}
