/// A selection made ready to be asked for many names, by rsync's rules: the first pattern that fits decides.
struct FileFilter: Sendable {
    private let include: [FilePattern]
    private let exclude: [FilePattern]

    init(_ selection: FileSelection) {
        include = selection.include.map(FilePattern.init)
        exclude = selection.exclude.map(FilePattern.init)
    }

    /// Whether a name is left out of a copy; what is in a directory that is left out is not asked about.
    ///
    /// - Parameter name: Relative to the directory that is copied.
    func excludes(_ name: String, isDirectory: Bool) -> Bool {
        if include.contains(where: { $0.matches(name, isDirectory: isDirectory) }) { return false }
        return exclude.contains { $0.matches(name, isDirectory: isDirectory) }
    }
}
