public import Quantities

/// What a project says in its `pyproject.toml` under `[tool.quiver]` about the machine its tests run in.
///
/// Every member has a default, so that a project with no such table can be tested too.
public struct ProjectConfiguration: Sendable, Hashable {
    /// How far the tests are kept apart from each other.
    public enum Isolation: String, Sendable, Hashable, CaseIterable {
        /// The whole suite in one machine.
        case none
        /// A fresh machine for each test file.
        case file
        /// A fresh machine for each test.
        case test
    }

    /// The instant at which the machine is frozen, to be forked for each test.
    public enum Checkpoint: String, Sendable, Hashable, CaseIterable {
        /// The tests are collected; nothing has been set up.
        case collected
        /// The fixtures of session scope have been set up too.
        case sessionFixtures = "session-fixtures"
        /// The fixtures of session, package and module scope have been set up, those of all modules at once.
        case moduleFixtures = "module-fixtures"
    }

    /// The image to start from, as in `debian:12`; nil when the project does not say.
    public var image: String?
    /// The number of virtual processors.
    public var cpus = 2
    /// The machine's memory.
    public var memory = ByteCount.gibibytes(1)
    /// Packages of the guest's distribution, installed once when the image is baked.
    public var packages: [String] = []
    /// Shell commands run once as root when the image is baked, in order.
    public var setup: [String] = []
    /// The file with the user-data for the guest's cloud-init, below the project's folder; nil has it made of `packages`.
    public var userData: String?
    /// The file's content, read with the configuration.
    var userDataText: String?
    /// rsync patterns copied although an exclude pattern matches them.
    public var include: [String] = []
    /// rsync patterns left out of the copy, besides those that fit no project.
    public var exclude: [String] = []
    /// The command that runs the tests, in the project's folder in the guest; pytest's arguments are added to it.
    public var pytest = ["python3", "-m", "pytest"]
    /// The user that runs the tests.
    ///
    /// Tests that change the system need root, and the machine is theirs to change.
    public var user = "root"
    /// How far the tests are kept apart from each other.
    public var isolate = Isolation.none
    /// The instant at which the machine is frozen; only for isolated tests.
    public var checkpoint = Checkpoint.collected
    /// Files copied back from the project's folder in the guest after the run; they may be patterns.
    public var artifacts: [String] = []

    /// Whether pytest is that of the guest's distribution, not one that the project's setup brings.
    var usesStandardPytest: Bool { pytest.first == "python3" && setup.isEmpty }

    /// Creates the configuration of a project that says nothing.
    public init() {}
}
