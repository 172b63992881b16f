import HostSupport
public import QMPCore
public import SystemPackage
import WireJSON

/// A folder with the schemas of QEMUs that were asked before, by version, build and target.
///
/// The version of a build that does not name itself, as one from plain sources, does not say what was configured: it is
/// known by its executable, and asked each time where that is not told.
public struct SchemaCache: Sendable {
    public let folder: FilePath

    public init(folder: FilePath) { self.folder = folder }

    /// The schema that is kept for the key; nil when there is none that can be read.
    func schema(_ key: String) -> LiveSchema? {
        guard let bytes = try? WholeFile.read(file(key)), let json = try? JSON.parse(bytes) else { return nil }
        return (try? [SchemaInfo](json: json)).map { LiveSchema($0) }
    }

    /// Keeps the schema; a cache that cannot be written costs time, nothing else, so a failure is none of the caller's.
    func keep(_ schema: LiveSchema, _ key: String) {
        guard let bytes = try? schema.infos.json.serialized(), (try? Folder.create(folder)) != nil else { return }
        try? WholeFile.write(bytes, to: file(key))
    }

    private func file(_ key: String) -> FilePath { folder.appending("\(key).json") }
}

extension LiveSchema {
    /// The schema of the QEMU at the other end, from the cache where it is kept for this build.
    ///
    /// - Parameter program: QEMU's executable, which tells apart builds that do not name themselves.
    public init(
        of executor: some QMPExecutor,
        cache: SchemaCache?,
        program: FilePath? = nil,
    ) async throws(QMPError) {
        guard let cache, let key = try await Self.key(of: executor, program: program) else {
            try await self.init(of: executor)
            return
        }
        if let kept = cache.schema(key) {
            self = kept
            return
        }
        try await self.init(of: executor)
        cache.keep(self, key)
    }

    /// As in `11.1.3-Debian_1_11.1.3_ds-1-x86_64`, or `8.2.0-16777216-1700000000000000000-x86_64` with the executable's
    /// size and time of change; nil when the build can be told by neither.
    private static func key(of executor: some QMPExecutor, program: FilePath?) async throws(QMPError) -> String? {
        let version = try await executor.queryVersion()
        guard let build = version.package.isEmpty ? stamp(of: program) : version.package else { return nil }
        let target = try await executor.queryTarget()
        let number = "\(version.qemu.major).\(version.qemu.minor).\(version.qemu.micro)"
        let name = build.map { $0.isLetter || $0.isNumber || ".-".contains($0) ? String($0) : "_" }
        return "\(number)-\(name.joined())-\(target.arch)"
    }

    private static func stamp(of program: FilePath?) -> String? {
        // Whoever made the socket for QEMU, as libvirt does, is a program of another name.
        guard let program, program.lastComponent?.string.hasPrefix("qemu") ?? false else { return nil }
        return FileStamp(of: program).map { "\($0.size)-\($0.modified)" }
    }
}
