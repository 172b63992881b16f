/// Which files of a directory are copied, in rsync's patterns.
///
/// The first pattern that fits decides, as in rsync: all of `include` comes before all of `exclude`.
public struct FileSelection: Hashable, Codable, Sendable {
    /// Patterns that are copied even if a later one excludes them.
    public var include: [String]
    /// Patterns that are not copied.
    public var exclude: [String]

    /// Creates a selection; without arguments it leaves out the ``standardExclusions``.
    public init(include: [String] = [], exclude: [String] = FileSelection.standardExclusions) {
        self.include = include
        self.exclude = exclude
    }

    /// What a Python project never needs in a guest: made for another machine, or made again there.
    public static let standardExclusions: [String] = [
        ".git/", ".hg/", ".venv/", "venv/", "__pycache__/", "*.pyc", ".pytest_cache/", ".hypothesis/", ".mypy_cache/",
        ".ruff_cache/",
        ".tox/", ".nox/", "node_modules/", ".DS_Store",
    ]

    var arguments: [String] {
        include.map { "--include=\($0)" } + exclude.map { "--exclude=\($0)" }
    }
}
