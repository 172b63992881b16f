import CloudImages
import Machines
import Synchronization
import SystemPackage
import TestRuns

/// A project's suite: from a warm machine in one fork, or each test in a fork of its own.
struct SuiteBench {
    let project: FilePath
    /// How many tests run at once; zero runs the whole suite in one machine.
    let parallel: Int
    let standbys: Int

    func run() async throws {
        var configuration = try ProjectConfiguration(project: project)
        configuration.isolate = parallel == 0 ? .none : .test
        var run = TestRun(project: project, configuration: configuration)
        run.parallel = max(1, parallel)
        run.standbys = standbys
        let timings = Mutex<[TestTiming]>([])
        run.onTiming = { timing in timings.withLock { $0.append(timing) } }
        let image = try ImageStore().image(ImageReference(configuration.image ?? "debian:12"))
        var (whole, status) = ([Double](), Int32(0))
        // The first makes the warm machine where there is none.
        for round in 0..<4 {
            timings.withLock { $0 = [] }
            let begin = ContinuousClock.now
            status = try await run.run(image: image, clock: StageClock())
            if round > 0 { whole.append((.now - begin).milliseconds) }
        }
        var figures = Figures()
        figures.set("status", Double(status))
        figures.set("whole", whole)
        let all = timings.withLock { $0 }
        figures.set("tests", Double(all.count))
        figures.set("each", all.map { $0.total.milliseconds })
        figures.set("test", all.map { $0.test.milliseconds })
        figures.set("overhead", all.map { ($0.total - $0.test).milliseconds })
        figures.set("start", all.map { $0.fork.start.milliseconds })
        figures.set("load", all.map { $0.fork.load.milliseconds })
        figures.set("resume", all.map { $0.fork.resume.milliseconds })
        figures.set("fix_up", all.map { $0.fork.fixUp.milliseconds })
        figures.set("report", all.map { $0.collection.milliseconds })
        figures.set("tear_down", all.map { $0.tearDown.milliseconds })
        figures.print()
    }
}
