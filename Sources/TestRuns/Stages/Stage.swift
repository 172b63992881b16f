/// One part of a test run that takes time, in the order in which they happen.
public enum Stage: String, Sendable, Hashable, CaseIterable, Codable {
    case image
    case bake
    case boot
    case cloudInit = "cloud-init"
    case freeze
    case ssh
    case sync
    case collect
    case pytest
}

/// A stage that has ended, with the time it took.
public struct StageTime: Sendable, Hashable, Codable {
    public let stage: Stage
    /// In seconds.
    public let seconds: Double
    /// What is worth knowing about it, as in `cached`; nil when nothing is.
    public let note: String?
}

/// Whoever shows a run's progress.
public protocol StageObserver: Sendable {
    func began(_ stage: Stage)
    func ended(_ time: StageTime)
    /// Something worth knowing while a stage goes on, in one line.
    func noticed(_ stage: Stage, _ text: String)
}
