package import SystemPackage

extension NearestName {
    /// Directories with more files than this are not searched: it would be slow, and unlikely to find the right name.
    private static let mostFiles = 5000

    /// The end of a message about a missing file: a file next to it that may be meant, or nothing.
    package static func hint(for missing: FilePath) -> String {
        guard let name = missing.lastComponent?.string else { return "" }
        let directory = missing.removingLastComponent()
        let names = Directory.names(in: directory.isEmpty ? "." : directory).filter { !$0.hasPrefix(".") }
        guard names.count <= mostFiles, let near = find(name, among: names) else { return "" }
        return "; did you mean \(directory.appending(near))?"
    }
}
