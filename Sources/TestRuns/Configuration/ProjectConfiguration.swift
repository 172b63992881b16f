public import Machines
public import Quantities

/// A project's configuration of its machine, under `[tool.quiver]` in its `pyproject.toml`.
///
/// Everything has a default, so a project without this table can be tested too.
public struct ProjectConfiguration: Sendable, Hashable {
    /// The isolation level of the tests.
    public enum Isolation: String, Sendable, Hashable, CaseIterable {
        /// The whole suite in one machine.
        case none
        /// A fresh machine for each test file.
        case file
        /// A fresh machine for each test.
        case test
    }

    /// When the machine is frozen, to be forked for each test.
    public enum Checkpoint: String, Sendable, Hashable, CaseIterable {
        /// The tests are collected; nothing has been set up.
        case collected
        /// Fixtures with session scope have been set up too.
        case sessionFixtures = "session-fixtures"
        /// Fixtures with session, package and module scope have been set up, those of all modules at once.
        case moduleFixtures = "module-fixtures"
    }

    /// The image to start from, as in `debian:12`; nil if the project does not say.
    public var image: String?
    /// The number of virtual processors.
    public var cpus = 2
    /// The machine's memory.
    public var memory = ByteCount.gibibytes(1)
    /// Packages of the guest's distribution, installed once when the image is baked.
    public var packages: [String] = []
    /// Shell commands run once as root when the image is baked, in order.
    public var setup: [String] = []
    /// The file with the user-data for the guest's cloud-init; nil makes it from `packages`.
    public var userData: String?
    /// The file's content, read with the configuration.
    var userDataText: String?
    /// rsync patterns that are copied even if an exclude pattern matches them.
    public var include: [String] = []
    /// rsync patterns that are not copied, besides the standard ones.
    public var exclude: [String] = []
    /// The command that runs the tests, in the project's directory in the guest; pytest's arguments are appended.
    public var pytest = ["python3", "-m", "pytest"]
    /// The user that runs the tests.
    ///
    /// Tests that change the system need root, and the machine exists to be changed.
    public var user = "root"
    /// How far the tests are kept apart from each other.
    public var isolate = Isolation.none
    /// The instant at which the machine is frozen; only for isolated tests.
    public var checkpoint = Checkpoint.collected
    /// Files to copy back from the project's directory in the guest after the run; may be patterns.
    public var artifacts: [String] = []

    /// What the tests' machines reach; a bake always reaches the network.
    public var network = NetworkAccess.user

    /// Whether pytest is that of the guest's distribution, not one that the project's setup installs.
    var usesStandardPytest: Bool { pytest.first == "python3" && setup.isEmpty }

    /// Creates the configuration of a project that says nothing.
    public init() {}
}
