public import HostSupport
public import SystemPackage
import TOML
import WireJSON

/// The images that can be downloaded: those that Quiver knows, and those that the user adds in `images.toml`.
///
/// A table for each image, whose name is the table's:
///
/// ```toml
/// ["debian:12"]
/// user = "debian"                                # who cloud-init makes; default: the name's first part
/// amd64 = "https://…/debian-12-amd64.qcow2"      # the disk image for each architecture
/// arm64 = "https://…/debian-12-arm64.qcow2"
/// digests = "SHA512SUMS"                         # beside the image, or a URL; {file} is the image's name,
///                                                # {machine} x86_64 or aarch64
/// signature = "SHA512SUMS.gpg"                   # likewise; "inline" when it is in the list; default: unsigned
/// keyring = ["/usr/share/keyrings/vendor.gpg"]   # the vendor's keys, for gpgv
/// keyring-package = "vendor-keyring"             # the package that brings them
/// ```
public struct ImageCatalog: Sendable {
    /// The entries by name and architecture; a user's entry replaces Quiver's own.
    public private(set) var entries: [CatalogEntry] = []

    /// The catalog of a home: Quiver's own entries and those of its `images.toml`.
    ///
    /// - Throws: ``CloudImagesError`` with code `badCatalog` that names the file and the key.
    public init(home: QuiverHome = .current) throws(CloudImagesError) {
        try add(toml: Self.builtIn, path: "the built-in catalog")
        let path = home.data.appending("images.toml")
        do {
            try add(toml: WholeFile.readText(path), path: path)
        } catch let failure as FileFailure {
            guard failure.reason == .noSuchFileOrDirectory else {
                throw CloudImagesError(.badCatalog, "\(failure)", cause: failure)
            }
        } catch let error as CloudImagesError {
            throw error
        } catch {
            throw CloudImagesError(.badCatalog, "\(path): \(error)", cause: error)
        }
    }

    /// A catalog of TOML text alone.
    ///
    /// - Parameter path: The text's file, for errors.
    public init(toml text: String, path: FilePath) throws(CloudImagesError) {
        try add(toml: text, path: path)
    }

    /// The entry of a name and architecture.
    ///
    /// - Throws: ``CloudImagesError`` with code `unknownImage` with the nearest name.
    public func entry(_ name: String, architecture: ImageArchitecture) throws(CloudImagesError) -> CatalogEntry {
        if let entry = entries.first(where: { $0.name == name && $0.architecture == architecture }) { return entry }
        let names = Set(entries.map(\.name)).sorted()
        if names.contains(name) {
            throw CloudImagesError(.unknownImage, "\(name): its vendor has no image for \(architecture.rawValue)")
        }
        let hint =
            NearestName.find(name, among: names).map { "did you mean \($0)?" }
            ?? "known images are \(names.joined(separator: ", ")), and those in your images.toml"
        throw CloudImagesError(.unknownImage, "\(name): the catalog has no such image; \(hint)")
    }

    private mutating func add(toml text: String, path: FilePath) throws(CloudImagesError) {
        let document: JSONObject
        do {
            document = try TOMLDocument.table(of: text)
        } catch {
            throw CloudImagesError(.badCatalog, "\(path): not TOML: \(error)", cause: error)
        }
        for member in document.members {
            let name = member.name
            guard let table = member.value.objectValue else {
                throw CloudImagesError(
                    .badCatalog,
                    "\(path): \(name) is not a table; write [\"NAME:VERSION\"] above it"
                )
            }
            let added = try CatalogTable(name: name, table: table, path: path).entries()
            entries.removeAll { $0.name == name }
            entries += added
        }
    }
}

/// One table of a catalog.
private struct CatalogTable {
    let name: String
    let table: JSONObject
    let path: FilePath

    private static let keys = ["user", "digests", "signature", "keyring", "keyring-package"]

    func entries() throws(CloudImagesError) -> [CatalogEntry] {
        guard case .stored(let target, _) = try ImageReference(name).target, target == name else {
            throw fault("is not a valid image name; use e.g. debian:12")
        }
        let known = Self.keys + ImageArchitecture.allCases.map(\.rawValue)
        if let unknown = table.members.map(\.name).first(where: { !known.contains($0) }) {
            let hint = NearestName.find(unknown, among: known) ?? known.joined(separator: ", ")
            throw fault("has an unknown key \(unknown); did you mean \(hint)?")
        }
        guard let digests = try text("digests") else {
            throw fault("needs the key digests: the list with the image's digest, as in SHA256SUMS")
        }
        let signature = try text("signature")
        let user = try text("user") ?? Image.usualUser(of: name)
        let keyrings = try texts("keyring")
        let package = try text("keyring-package")
        var entries: [CatalogEntry] = []
        for architecture in ImageArchitecture.allCases {
            guard let url = try text(architecture.rawValue) else { continue }
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw fault("has a URL for \(architecture.rawValue) that is not http or https: \(url)")
            }
            entries.append(
                CatalogEntry(
                    name: name,
                    architecture: architecture,
                    url: url,
                    digestsURL: Self.place(digests, beside: url, architecture),
                    signature: signature.map {
                        $0 == "inline" ? .inline : .detached(url: Self.place($0, beside: url, architecture))
                    } ?? .none,
                    keyrings: keyrings,
                    keyringPackage: package,
                    defaultUser: user,
                )
            )
        }
        guard !entries.isEmpty else { throw fault("has no image: give amd64 = \"https://…\" or arm64") }
        return entries
    }

    /// The URL of a file that is given as a URL or by its name next to the image.
    private static func place(_ text: String, beside url: String, _ architecture: ImageArchitecture) -> String {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        let machine =
            switch architecture {
            case .amd64: "x86_64"
            case .arm64: "aarch64"
            }
        let filled = text.replacing("{file}", with: parts.last ?? "").replacing("{machine}", with: machine)
        if filled.hasPrefix("http://") || filled.hasPrefix("https://") { return filled }
        return parts.dropLast().joined(separator: "/") + "/" + filled
    }

    private func text(_ key: String) throws(CloudImagesError) -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.stringValue, !text.isEmpty else { throw fault("needs a string for \(key)") }
        return text
    }

    private func texts(_ key: String) throws(CloudImagesError) -> [String] {
        guard let value = table[key] else { return [] }
        if let text = value.stringValue { return [text] }
        guard let array = value.arrayValue else { throw fault("needs a list of strings for \(key)") }
        var texts: [String] = []
        for element in array {
            guard let text = element.stringValue else { throw fault("needs a list of strings for \(key)") }
            texts.append(text)
        }
        return texts
    }

    private func fault(_ what: String) -> CloudImagesError {
        CloudImagesError(.badCatalog, "\(path): \(name) \(what)")
    }
}
