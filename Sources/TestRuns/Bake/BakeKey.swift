import CloudImages
import Digests
import HostSupport
import Machines
import SystemPackage

/// Everything that a baked image depends on, as one digest: the same content is the same bake.
struct BakeKey {
    /// Increased when this module bakes in a different way, so that images from earlier versions are not used.
    private static let version = 1

    let text: String

    init(image: Image, configuration: ProjectConfiguration, project: FilePath, seed: [String]) {
        var lines = ["bake \(Self.version)", "image \(Self.identity(of: image))"]
        lines += seed.map { "seed \($0)" }
        lines += configuration.packages.map { "package \($0)" }
        lines += configuration.setup.map { "setup \($0)" }
        if configuration.usesStandardPytest { lines.append("pytest of the distribution") }
        if !configuration.setup.isEmpty { lines += Self.dependencyFiles(of: project, for: configuration.setup) }
        text = lines.joined(separator: "\n")
    }

    var digest: String { FileDigest.sha256(of: Array(text.utf8)) }

    /// An image's digest if known; otherwise its path, size and time of change.
    private static func identity(of image: Image) -> String {
        if let digest = image.digest { return digest }
        return "\(image.disk) " + (FileStamp(of: image.disk)?.text ?? "missing")
    }

    /// The files of the project that setup commands are likely to read, with their digests.
    private static func dependencyFiles(of project: FilePath, for setup: [String]) -> [String] {
        let usual = Directory.names(in: project).filter(isDependencyFile)
        let inDirectory = Directory.names(in: project.appending("requirements")).map { "requirements/\($0)" }
        return Set(usual + inDirectory + setup.flatMap(words)).sorted().compactMap { name in
            // A word that is not a file of the project is just another part of the command.
            guard let bytes = try? WholeFile.read(project.appending(name)) else { return nil }
            return "file \(name) \(FileDigest.sha256(of: bytes))"
        }
    }

    /// Whether a file in the project's directory lists dependencies, by the conventions of Python's tools.
    private static func isDependencyFile(_ name: String) -> Bool {
        let isList = [".txt", ".in"].contains { name.hasSuffix($0) }
        return ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile"].contains(name) || name.hasSuffix(".lock")
            || (isList && ["requirements", "constraints"].contains { name.contains($0) })
            || (name.hasPrefix("environment") && (name.hasSuffix(".yml") || name.hasSuffix(".yaml")))
    }

    /// The words of a command that may be paths below the project.
    private static func words(of command: String) -> [String] {
        command.split { $0.isWhitespace || "'\"=;&|<>()`".contains($0) }
            .map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : String($0) }
            .filter { !$0.hasPrefix("/") && !$0.hasPrefix("-") && !$0.contains("..") }
    }
}
