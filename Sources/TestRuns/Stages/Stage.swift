/// The stages of a test run, in order.
public enum Stage: String, Sendable, Hashable, CaseIterable, Codable {
    /// The image is looked up in the store.
    case image
    /// The image is provisioned for the project, or found in the cache.
    case bake
    /// The machine boots until its helper answers, or a warm one is found.
    case boot
    /// cloud-init is waited for.
    case cloudInit = "cloud-init"
    /// The warm machine is frozen, with pytest loaded where that is possible.
    case freeze
    /// sshd is waited for; no run times this on its own at present.
    case ssh
    /// The project is copied into the guest, as far as it has changed.
    case sync
    /// The tests are collected, where they are isolated from each other.
    case collect
    /// The tests run.
    case pytest
}

/// A stage that has ended, with the time it took.
public struct StageTime: Sendable, Hashable, Codable {
    /// The stage.
    public let stage: Stage
    /// In seconds.
    public let seconds: Double
    /// A remark, as in `cached`; nil if there is none.
    public let note: String?
}

/// Shows a run's progress.
public protocol StageObserver: Sendable {
    /// A stage begins.
    func began(_ stage: Stage)
    /// A stage has ended, without an error.
    func ended(_ time: StageTime)
    /// A remark during a stage, in one line.
    func noticed(_ stage: Stage, _ text: String)
}
