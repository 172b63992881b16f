import Machines

extension TestTiming {
    /// One of the things that a test's time goes to.
    package struct Part: Sendable {
        package let name: String
        package let duration: @Sendable (TestTiming) -> Duration
    }

    /// What a test's time goes to, in the order in which it does; together they are ``total``, but for the tear-down.
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
