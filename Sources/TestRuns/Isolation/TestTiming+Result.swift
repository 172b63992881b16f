import Forks
import Machines

extension TestTiming {
    init(tests: [String], fork: ForkTimings, result: Runner.Result, tearDown: Duration) {
        var fork = fork
        // Where pytest is root it puts the guest right itself, and no helper did.
        fork.fixUp += .seconds(result.fixUpSeconds)
        let test = Duration.seconds(result.seconds)
        let collection = max(.zero, result.duration - fork.resume - fork.fixUp - test)
        self.init(tests: tests, fork: fork, test: test, collection: collection, tearDown: tearDown)
    }
}
