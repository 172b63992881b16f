import Machines

extension TestTiming {
    /// One part of a test's time.
    package struct Part: Sendable {
        package let name: String
        package let duration: @Sendable (TestTiming) -> Duration
    }

    /// The parts of a test's time, in order; together they are ``total``, except the tear-down.
    package static let parts = [
        Part(name: "wait") { $0.fork.poolWait },
        Part(name: "fork") { $0.fork.start + $0.fork.load },
        Part(name: "resume") { $0.fork.resume },
        Part(name: "fix-up") { $0.fork.fixUp },
        Part(name: "test") { $0.test },
        Part(name: "report") { $0.collection },
        Part(name: "tear down") { $0.tearDown },
    ]
}
