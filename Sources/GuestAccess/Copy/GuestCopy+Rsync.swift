import HostSupport
import SystemPackage

extension GuestCopy {
    /// Runs rsync, and ends it when it fills the disk: a guest can send more than it has.
    func keepingFreeSpace(near path: FilePath, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let directory = Directory.exists(path) ? path : path.removingLastComponent()
        let place: FilePath = directory.isEmpty ? "." : directory
        try checkSpace(try HostTree(place), for: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ssh.waitUntilReachable(within: limits.step, isProvisioned: true)
                try await body()
            }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(1))
                    try checkSpace(try HostTree(place), for: 0)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The helper, when it answers and knows how to copy.
    ///
    /// - Returns: nil when there is none that does and rsync can take over.
    /// - Throws: ``GuestAccessError`` when the host has no rsync for that.
    public static func answering(_ helper: GuestHelper?, guest: String) async throws -> GuestHelper? {
        let hasRsync = try await RsyncKind.ofHost() == .samba
        let problem: String
        do {
            // Somebody else may have the helper's port for as long as a command runs.
            guard let hello = try await helper?.hello(within: hasRsync ? .seconds(5) : .seconds(30)) else {
                throw GuestAccessError(.helperClosed, guest: guest, "the machine has no port for the helper")
            }
            if hello.version >= 2 { return helper }
            problem = "the guest's helper is an older version that cannot copy"
        } catch let error as GuestAccessError {
            problem = error.message
        }
        guard hasRsync else {
            let hint = "install rsync 3 on this host, or make sure that the helper is running in the guest"
            throw GuestAccessError(.toolMissing, guest: guest, "cannot copy: \(problem); \(hint)")
        }
        return nil
    }
}
