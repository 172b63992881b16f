/// The stages of a test run, in order.
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
    /// A remark, as in `cached`; nil if there is none.
    public let note: String?
}

/// Shows a run's progress.
public protocol StageObserver: Sendable {
    func began(_ stage: Stage)
    func ended(_ time: StageTime)
    /// A remark during a stage, in one line.
    func noticed(_ stage: Stage, _ text: String)
}
