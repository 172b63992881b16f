import QuiverErrors

extension ExitStatus {
    /// The exit status for a kind of failure.
    init(_ category: ErrorCategory) {
        self =
            switch category {
            case .failed: .failed
            case .usage: .usage
            case .unavailable: .unavailable
            case .cannotCreate: .cannotCreate
            case .inputOutput: .inputOutput
            case .temporary: .temporary
            }
    }
}
