import HostSupport
import SystemPackage

extension GuestCopy {
    /// Runs rsync, and ends it when it fills the disk: a guest can send more than it has.
    func keepingFreeSpace(
        near path: FilePath,
        _ ssh: SSHEndpoint,
        _ body: @escaping @Sendable (SSHEndpoint) async throws -> Void,
    ) async throws {
        let directory = Directory.exists(path) ? path : path.removingLastComponent()
        let place: FilePath = directory.isEmpty ? "." : directory
        try checkSpace(try HostTree(place), for: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ssh.waitUntilReachable(within: limits.step, isProvisioned: true)
                try await body(ssh)
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

    /// Creates a copy with a guest whose helper may not answer, or be one that cannot copy: rsync takes over then.
    ///
    /// - Parameters:
    ///   - guest: The guest's name, for messages.
    ///   - helper: The guest's helper; nil if the machine has no port for one.
    ///   - ssh: The guest's ssh server, for rsync; nil if no network leads to it.
    ///   - user: The guest's user who reads and writes; nil is root.
    /// - Throws: ``GuestAccessError`` when there is no ssh server, or the host has no rsync.
    public init(
        answering helper: GuestHelper?,
        ssh: SSHEndpoint?,
        user: String?,
        guest: String,
        limits: CopyLimits = CopyLimits(),
    ) async throws {
        let kind = try await RsyncKind.ofHost()
        let hasRsync = ssh != nil && kind == .samba
        let problem: String
        do {
            // Somebody else may have the helper's port for as long as a command runs.
            guard let hello = try await helper?.hello(within: hasRsync ? .seconds(5) : .seconds(30)) else {
                throw GuestAccessError(.helperClosed, guest: guest, "the machine has no port for the helper")
            }
            if hello.version >= 2 {
                self.init(guest: guest, helper: helper, ssh: ssh, user: user, limits: limits)
                return
            }
            problem = "the guest's helper is an older version that cannot copy"
        } catch let error as GuestAccessError {
            problem = error.message
        }
        guard hasRsync else {
            let remedy = ssh == nil ? "" : "install rsync 3 on this host, or "
            let hint = "\(remedy)make sure that the helper is running in the guest"
            throw GuestAccessError(.toolMissing, guest: guest, "cannot copy: \(problem); \(hint)")
        }
        self.init(guest: guest, helper: nil, ssh: ssh, user: user, limits: limits)
    }
}
