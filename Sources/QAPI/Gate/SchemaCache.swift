import HostSupport
public import QMPCore
import Synchronization
public import SystemPackage

/// A directory with the schemas of QEMUs that were asked before, by version, build and target.
///
/// A build that does not name itself, such as one from plain sources, has a version that does not say how it was
/// configured. It is identified by its executable, or asked every time when the executable is unknown.
public struct SchemaCache: Sendable {
    /// The directory, created with the first schema that is kept.
    public let directory: FilePath

    /// Opens a cache in a directory, which need not exist.
    public init(directory: FilePath) { self.directory = directory }

    /// The schemas that this process has read or kept already.
    private static let known = Mutex<[FilePath: LiveSchema]>([:])

    /// The schema that is kept for the key; nil when there is none that can be read.
    func schema(_ key: String) -> LiveSchema? {
        let file = file(key)
        if let schema = Self.known.withLock({ $0[file] }) { return schema }
        guard let schema = (try? WholeFile.read(file)).flatMap(LiveSchema.init(lines:)) else { return nil }
        Self.known.withLock { $0[file] = schema }
        return schema
    }

    /// Keeps the schema; a failure is ignored, since a cache that cannot be written only costs time.
    func keep(_ schema: LiveSchema, _ key: String) {
        let file = file(key)
        Self.known.withLock { $0[file] = schema }
        guard (try? Directory.create(directory)) != nil else { return }
        try? WholeFile.write(schema.lines, to: file)
    }

    private func file(_ key: String) -> FilePath { directory.appending("\(key).schema") }
}

extension LiveSchema {
    /// The schema of the QEMU at the other end, from the cache if it has one for this build.
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
    /// size and time of change; nil when neither identifies the build.
    private static func key(of executor: some QMPExecutor, program: FilePath?) async throws(QMPError) -> String? {
        let greeting: QMPGreeting
        if let known = executor.greeting {
            greeting = known
        } else {
            let version = try await executor.queryVersion()
            greeting = QMPGreeting(
                version: QMPGreeting.Version(
                    major: Int(version.qemu.major),
                    minor: Int(version.qemu.minor),
                    micro: Int(version.qemu.micro),
                ),
                package: version.package,
            )
        }
        guard let build = greeting.package.isEmpty ? stamp(of: program) : greeting.package else { return nil }
        let target = try await executor.queryTarget()
        let name = build.map { $0.isLetter || $0.isNumber || ".-".contains($0) ? String($0) : "_" }
        return "\(greeting.version)-\(name.joined())-\(target.arch)"
    }

    private static func stamp(of program: FilePath?) -> String? {
        // A program that made the socket for QEMU, as libvirt does, has another name.
        guard let program, program.lastComponent?.string.hasPrefix("qemu") ?? false else { return nil }
        return FileStamp(of: program).map { "\($0.size)-\($0.modified)" }
    }
}
