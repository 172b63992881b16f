package import SystemPackage

extension NearestName {
    /// Folders with more files than this are not searched for a name: it would be felt, and hit nothing in particular.
    private static let mostFiles = 5000

    /// The end of a message about a file that is not there: the file beside it that may be meant, or nothing.
    package static func hint(for missing: FilePath) -> String {
        guard let name = missing.lastComponent?.string else { return "" }
        let folder = missing.removingLastComponent()
        let names = Folder.names(in: folder.isEmpty ? "." : folder).filter { !$0.hasPrefix(".") }
        guard names.count <= mostFiles, let near = find(name, among: names) else { return "" }
        return "; did you mean \(folder.appending(near))?"
    }
}
