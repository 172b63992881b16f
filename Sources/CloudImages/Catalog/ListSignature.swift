import DiskImages
import HostSupport
import HostTools
import SystemPackage

/// Verifies a vendor's signature on its list of digests.
struct ListSignature {
    /// The result; a wrong signature is an error instead.
    enum Finding: Sendable, Hashable {
        /// Made by the vendor's key.
        case good
        /// Not verified, and why.
        case notChecked(reason: String)
    }

    let entry: CatalogEntry
    /// A directory for the files that gpgv reads.
    let scratch: FilePath

    private static let gpgv = PackageHint(debian: "gpgv", fedora: "gnupg2", homebrew: "gnupg")

    private static func advice(_ hint: PackageHint?) -> String {
        hint?.command.map { "; install it with: \($0)" } ?? ""
    }

    /// Checks the list with gpgv.
    ///
    /// - Parameter signature: The content of the detached signature; nil for a list that is signed inline.
    /// - Returns: The finding, and the text that the signature covers.
    /// - Throws: ``CloudImagesError`` with code `badSignature`.
    func check(_ list: String, signature: [UInt8]?) async throws -> (Finding, text: String) {
        guard let keyring = entry.keyrings.first(where: { (try? DiskFile(FilePath($0))) != nil }) else {
            let package = Self.advice(entry.keyringPackage.map { PackageHint(debian: $0) })
            let name = entry.keyrings.first ?? "for it"
            return (.notChecked(reason: "the key ring \(name) is missing\(package)"), list)
        }
        let file = scratch.appending("list")
        try WholeFile.write(list.utf8, to: file)
        var arguments = ["--keyring", keyring]
        let covered = scratch.appending("covered")
        if let signature {
            let signatureFile = scratch.appending("list.sig")
            try WholeFile.write(signature, to: signatureFile)
            arguments += [signatureFile.string, file.string]
        } else {
            arguments += ["--output", covered.string, file.string]
        }
        let outcome: ToolRun.Outcome
        do {
            outcome = try await ToolRun.run("gpgv", arguments)
        } catch is ToolMissing {
            return (.notChecked(reason: "gpgv is not installed\(Self.advice(Self.gpgv))"), list)
        }
        guard outcome.isSuccess else {
            let words = outcome.lastWords.replacing("gpgv: ", with: "")
            throw CloudImagesError(
                .badSignature,
                "\(entry.digestsURL): its signature is not the vendor's (\(words)); nothing was kept; "
                    + "try again later, or report it to the vendor",
            )
        }
        return (.good, signature == nil ? try WholeFile.readText(covered) : list)
    }
}
