/// The failures of a command that takes several names and continues after one that fails.
///
/// Each failure is one line on standard error when it happens; the exit status is that of the first.
struct FailureTally {
    /// Whether the causes of a failure are shown too.
    var showsCauses = false
    private var first: ExitStatus?

    init(showsCauses: Bool = false) {
        self.showsCauses = showsCauses
    }

    /// Does the work for one name.
    ///
    /// - Returns: nil if it failed, which was then reported.
    /// - Throws: Only if the command was interrupted; the remaining names are then skipped.
    mutating func attempt<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch {
            try note(error)
            return nil
        }
    }

    /// Reports a failure, or throws it if the command was interrupted.
    mutating func note(_ error: any Error) throws {
        if Task.isCancelled { throw error }
        let failure = CommandFailure(explaining: error)
        failure.report(withCauses: showsCauses)
        first = first ?? failure.status
    }

    /// Throws the status of the first failure, if there was one.
    func conclude() throws {
        if let first { throw PassedOnStatus(code: first.rawValue) }
    }
}
