import GuestAccess
import HostSupport
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// pytest's cache directory, for `--lf` and `--ff`, stored on the host between runs.
///
/// It is separate from the project's own `.pytest_cache`, which is about runs on the host.
struct PytestMemory {
    let helper: GuestHelper
    /// pytest's cache directory in the guest.
    private let directory: String
    private let file: FilePath

    private static let patience = Duration.seconds(30)
    /// A larger cache is not pytest's, but a plugin's; 8 MiB.
    private static let limit = 8 << 20

    /// - Parameter directory: The project's directory in the guest.
    init(project: FilePath, home: QuiverHome, directory: String, helper: GuestHelper) {
        self.helper = helper
        self.directory = "\(directory)/.pytest_cache"
        file = ProjectCache.file("pytest", ".json", of: project, home: home)
    }

    /// Copies the cache of the last run into the guest, where pytest may change it.
    ///
    /// Neither this nor ``keep()`` fails a run if the guest cannot do it, or not in time.
    ///
    /// - Parameter user: Who runs pytest; nil is root.
    func restore(for user: String?) async throws {
        let kept = JSONFile.read([String: Data].self, from: file) ?? [:]
        guard !kept.isEmpty || user != nil else { return }
        _ = try await tolerating {
            // What an earlier version stored, or somebody changed, is not trusted either.
            let files = kept.filter { GuestPath.isSafe($0.key) }.map { GuestFile($0, .file(Array($1))) }
            try await helper.write(files, below: directory, for: user, within: Self.patience)
        }
    }

    /// Stores the cache of this run.
    func keep() async throws {
        let files = try await tolerating {
            try await helper.files(below: directory, upTo: Self.limit, within: Self.patience)
        }
        guard let files, let files else { return }
        try? Directory.create(file.removingLastComponent())
        try? JSONFile.write(files.mapValues { Data($0) }, to: file)
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
