package import HostSupport
import LibC
package import SystemPackage

/// The directories of templates that only one process uses, among those that are kept.
package struct ScratchDirectories: Sendable {
    /// The directory of all templates.
    package let parent: FilePath

    package init(home: QuiverHome) { parent = home.cache.appending("templates") }

    package static let prefix = "scratch-"

    /// A new name, with this process's id in it; only the directory around it is created.
    package func make() throws -> FilePath {
        try Directory.create(parent)
        return parent.appending("\(Self.prefix)\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
    }

    /// Those whose process is gone.
    package var abandoned: [FilePath] {
        Directory.names(in: parent).filter { name in
            guard name.hasPrefix(Self.prefix) else { return false }
            let owner = Int32(name.dropFirst(Self.prefix.count).prefix { $0.isNumber }) ?? 0
            return owner <= 0 || !QEMUProcess.isAlive(owner)
        }.map { parent.appending($0) }
    }
}
