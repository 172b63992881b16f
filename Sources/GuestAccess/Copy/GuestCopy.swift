public import HostSupport
import Quantities
import SystemPackage
import WireJSON

/// Copies between the host and a guest: through the guest's helper, or with rsync for large copies if both have it.
///
/// Guests are not trusted: nothing is written outside the destination, and set-user-id, set-group-id and sticky bits,
/// devices, pipes, sockets and links that point outside the copied tree are not copied to the host. What was left out
/// is reported to ``onNote``.
public struct GuestCopy: Sendable {
    /// The guest's helper; nil if it has none, so that rsync is the only way.
    public var helper: GuestHelper?
    /// The guest's ssh server, for rsync.
    public var ssh: SSHEndpoint
    /// Whether to act as root in the guest instead of the ssh user.
    public var asRoot: Bool
    /// What the copy may take from the host, and how long each of its steps may take.
    public var limits: CopyLimits
    /// Called with the progress.
    public var onProgress: ProgressHandler
    /// Called with a line for each file that was left out.
    public var onNote: @Sendable (String) -> Void

    /// Creates a copy that begins when files are named; the parameters are its properties.
    public init(
        helper: GuestHelper?,
        ssh: SSHEndpoint,
        asRoot: Bool = false,
        limits: CopyLimits = CopyLimits(),
        onProgress: @escaping ProgressHandler = { _ in },
        onNote: @escaping @Sendable (String) -> Void = { _ in },
    ) {
        self.helper = helper
        self.ssh = ssh
        self.asRoot = asRoot
        self.limits = limits
        self.onProgress = onProgress
        self.onNote = onNote
    }

    var guest: String { ssh.guest }

    /// The user whose permissions the helper uses; nil is root.
    var user: String? { asRoot ? nil : ssh.user }

    /// Asks the helper for one step.
    func ask(_ helper: GuestHelper, _ name: String, _ arguments: JSONObject) async throws -> JSONObject {
        var arguments = arguments
        arguments.set("user", user)
        do {
            return try await helper.request(name, arguments, within: limits.step)
        } catch let error as GuestAccessError where error.code == .helperRefused {
            let reason = CopiedEntry.shown(error.message)
            throw GuestAccessError(.copyFailed, guest: guest, "cannot copy: \(reason)", cause: error)
        }
    }

    /// Whether to use rsync: for large copies, if both sides have one that supports the options.
    ///
    /// - Parameter paths: What rsync is told of the guest; it would take patterns apart.
    func prefersRsync(size: Int64, paths: [String]) async throws -> Bool {
        guard let helper else { return true }
        guard size > Int64(clamping: limits.helperShare.bytes),
            !paths.contains(where: { $0.contains { "*?[\\~".contains($0) } }),
            try await RsyncKind.ofHost() == .samba
        else { return false }
        return try await helper.collect(.shell("command -v rsync"), within: limits.step).isSuccess
    }

    /// An invalid answer of a guest.
    func violation(_ what: String) -> GuestAccessError {
        GuestAccessError(.protocolViolation, guest: guest, "cannot copy: \(what)")
    }

    func failure(_ what: String) -> GuestAccessError {
        GuestAccessError(.copyFailed, guest: guest, "cannot copy \(what)")
    }

    func missing(_ path: String) -> GuestAccessError {
        failure("\(CopiedEntry.shown(path)): not found in the guest")
    }
}

/// The progress of a copy.
struct CopyProgress {
    let task: String
    let total: UInt64
    var completed: UInt64 = 0
    let report: ProgressHandler

    mutating func advance(_ count: Int) {
        completed += UInt64(clamping: count)
        report(ProgressUpdate(task, completed: completed, total: total, isBytes: true))
    }
}
