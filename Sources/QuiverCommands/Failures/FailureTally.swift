/// The failures of a command that was given several names and goes on after one that fails.
///
/// Each failure is one line on standard error when it happens; the command ends with the status of the first.
struct FailureTally {
    /// Whether the causes of a failure are shown too.
    var showsCauses = false
    private var first: ExitStatus?

    init(showsCauses: Bool = false) {
        self.showsCauses = showsCauses
    }

    /// Does one name's part of the work.
    ///
    /// - Returns: nil when it failed, which has been reported then.
    /// - Throws: Only when the command was interrupted, which ends the work on the names that are left.
    mutating func attempt<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch {
            try note(error)
            return nil
        }
    }

    /// Reports a failure; throws it instead when the command was interrupted.
    mutating func note(_ error: any Error) throws {
        if Task.isCancelled { throw error }
        let failure = CommandFailure(explaining: error)
        failure.report(withCauses: showsCauses)
        first = first ?? failure.status
    }

    /// Ends the command: with the status of the first failure when there was one.
    func conclude() throws {
        if let first { throw PassedOnStatus(code: first.rawValue) }
    }
}
