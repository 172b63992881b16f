import CloudImages
import DiskImages
import Quantities
import SystemPackage

/// A stored image as the commands print it.
struct ImageReport: Renderable {
    let name: String
    let architecture: String
    let disk: String
    let format: String
    let kernel: String?
    let source: String
    let digest: String?
    let defaultUser: String

    init(_ image: Image) {
        name = image.name
        architecture = image.architecture.rawValue
        disk = image.disk.string
        format = image.format.rawValue
        kernel = image.kernel?.string
        source = image.source
        digest = image.digest
        defaultUser = image.defaultUser
    }

    var text: String {
        [
            "name          \(name)", "architecture  \(architecture)", "disk          \(disk) (\(format))",
            "kernel        \(kernel ?? "-")", "default user  \(defaultUser)", "source        \(source)",
            "digest        \(digest ?? "-")",
        ].joined(separator: "\n")
    }
}
