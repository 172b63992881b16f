import GuestAccess
import HostSupport
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What pytest and Hypothesis remember between runs, stored on the host: pytest's cache, for `--lf` and `--ff`, and
/// Hypothesis's examples.
///
/// It is separate from the project's own directories of these names, which are about runs on the host.
struct PytestMemory {
    let helper: GuestHelper
    private let parts: [Part]

    /// A directory that is remembered.
    private struct Part {
        /// In the guest.
        let directory: String
        /// On the host, with the files' contents by name.
        let file: FilePath
    }

    private static let patience = Duration.seconds(30)
    /// More than this in all, in bytes, is something else.
    private static let limit = 8 << 20

    /// - Parameter directory: The project's directory in the guest.
    init(project: FilePath, home: QuiverHome, directory: String, helper: GuestHelper) {
        self.helper = helper
        parts = [("pytest", ".pytest_cache"), ("hypothesis", ".hypothesis")].map { kind, name in
            Part(directory: "\(directory)/\(name)", file: ProjectCache.file(kind, ".json", of: project, home: home))
        }
    }

    /// Copies what the last run remembered into the guest, where it may change.
    ///
    /// Neither this nor ``keep()`` fails a run if the guest cannot do it, or not in time.
    ///
    /// - Parameter user: Who runs pytest; nil is root.
    func restore(for user: String?) async throws {
        for part in parts {
            let kept = JSONFile.read([String: Data].self, from: part.file) ?? [:]
            guard !kept.isEmpty || user != nil else { continue }
            _ = try await tolerating {
                // What an earlier version stored, or somebody changed, is not trusted either.
                let files = kept.filter { GuestPath.isSafe($0.key) }.map { GuestFile($0, .file(Array($1))) }
                try await helper.write(files, below: part.directory, for: user, within: Self.patience)
            }
        }
    }

    /// Stores what this run remembers.
    func keep() async throws {
        var room = Self.limit
        for part in parts {
            let files = try await tolerating {
                try await helper.files(below: part.directory, upTo: room, within: Self.patience)
            }
            guard let files, let files, !files.isEmpty || HostFile.exists(part.file) else { continue }
            room -= files.values.reduce(0) { $0 + $1.count }
            try? Directory.create(part.file.removingLastComponent())
            try? JSONFile.write(files.mapValues { Data($0) }, to: part.file)
        }
    }

    /// - Returns: nil if the guest failed.
    private func tolerating<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch let error as GuestAccessError
            where [.helperRefused, .timedOut, .protocolViolation].contains(error.code)
        {
            return nil
        }
    }
}
