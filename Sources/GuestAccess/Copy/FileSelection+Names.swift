import HostSupport
package import SystemPackage

extension FileSelection {
    /// What would be copied of a directory: names relative to the directory, of directories too and each before what is
    /// in it.
    ///
    /// - Returns: nil when the directory cannot be read, or a name is not UTF-8.
    package func names(in directory: FilePath) async throws -> [String]? {
        let filter = FileFilter(self)
        let entries = try? await BlockingCalls.run { try HostWalk.entries(below: directory, selecting: filter) }
        try Task.checkCancellation()
        return entries?.filter { $0.kind != .special }.map(\.name)
    }
}
