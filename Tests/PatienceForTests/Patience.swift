import HostSupport
package import Testing

/// How long a test waits before it takes something for hung.
///
/// No test fails because the host is slow: every limit is there only against hangs, and grows with ``factor``.
package enum Patience {
    /// How many times longer than on a fast, quiet host a test may wait.
    ///
    /// `make test` measures it (`Tools/measure-slowness`) and names it in `QUIVER_TEST_SLOWNESS`. Without that it is 2,
    /// which is what a quiet host gets.
    package static let factor = min(max(HostEnvironment["QUIVER_TEST_SLOWNESS"].flatMap { Int($0) } ?? 2, 1), 100)

    /// A limit for something that a fast, quiet host does in a small part of this time.
    package static func seconds(_ seconds: Int) -> Duration { .seconds(seconds * factor) }

    /// The same limit as the value of a `quiver` option such as `--timeout`.
    package static func option(seconds: Int) -> String { "\(seconds * factor)s" }
}

extension Trait where Self == TimeLimitTrait {
    /// A time limit against hangs, which grows with the host's slowness.
    ///
    /// - Parameter minutes: The limit on a fast, quiet host; ``Patience/factor`` multiplies it.
    package static func hangLimit(minutes: Int) -> Self { .timeLimit(.minutes(minutes * Patience.factor)) }
}
