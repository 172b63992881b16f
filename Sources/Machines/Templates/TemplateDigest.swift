import CloudImages
import SystemPackage

/// The digest of one of a template's files.
enum TemplateDigest {
    static func of(_ file: FilePath) async throws -> String {
        try await FileDigest.sha256(of: file)
    }
}
