import CloudImages
import HostSupport
import Machines
import SystemPackage

/// Everything that a baked image depends on, as one digest: the same content is the same bake.
struct BakeKey {
    /// Raised when this module bakes in another way, so that what earlier versions made is not taken for ours.
    private static let version = 1

    let text: String

    init(image: Image, configuration: ProjectConfiguration, project: FilePath, seed: [String]) {
        var lines = ["bake \(Self.version)", "image \(Self.identity(of: image))"]
        lines += seed.map { "seed \($0)" }
        lines += configuration.packages.map { "package \($0)" }
        lines += configuration.setup.map { "setup \($0)" }
        if !configuration.setup.isEmpty { lines += Self.dependencyFiles(of: project) }
        text = lines.joined(separator: "\n")
    }

    var digest: String { FileDigest.sha256(of: Array(text.utf8)) }

    /// An image's digest where it is known; otherwise its path, size and time of change.
    private static func identity(of image: Image) -> String {
        if let digest = image.digest { return digest }
        return "\(image.disk) " + (FileStamp(of: image.disk)?.text ?? "missing")
    }

    /// Setup commands run in the project's folder and may read the files that name its dependencies.
    private static func dependencyFiles(of project: FilePath) -> [String] {
        Folder.names(in: project).filter { name in
            name == "pyproject.toml" || name.hasSuffix(".lock")
                || (name.hasPrefix("requirements") && name.hasSuffix(".txt"))
        }.map { name in
            let bytes = (try? WholeFile.read(project.appending(name))) ?? []
            return "file \(name) \(FileDigest.sha256(of: bytes))"
        }
    }
}
