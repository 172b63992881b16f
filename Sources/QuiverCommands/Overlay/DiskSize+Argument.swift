import ArgumentParser
import DiskImages

extension DiskSize {
    /// Reads a size from the command line.
    static func argument(_ text: String) throws -> DiskSize {
        guard let size = DiskSize(parsing: text) else {
            throw ValidationError("\"\(text)\" is not a size; use e.g. 20G or +20G")
        }
        return size
    }
}
