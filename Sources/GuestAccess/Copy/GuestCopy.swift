public import HostSupport
import Quantities
import SystemPackage
import WireJSON

/// Copies between the host and a guest: through the guest's helper, or by rsync where much is copied and both have it.
///
/// What a guest says is not believed: nothing is written outside of the destination, and set-user-id, set-group-id and
/// sticky bits, devices, pipes, sockets and links that lead outside of the copied tree do not reach the host. What was
/// left out is told to ``onNote``.
public struct GuestCopy: Sendable {
    /// The guest's helper; nil where it has none, so that rsync is the only way.
    public var helper: GuestHelper?
    /// The guest's ssh server, by which rsync goes.
    public var ssh: SSHEndpoint
    /// Whether the guest's side is root instead of the ssh server's user.
    public var asRoot: Bool
    /// What the copy may take from the host, and how long each of its steps may take.
    public var limits: CopyLimits
    /// Receives how much has been copied.
    public var onProgress: ProgressHandler
    /// Receives what was left out, a line each.
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

    /// Whose rights the helper takes; nil is root's.
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

    /// Whether rsync takes over: for much, and when both sides have one that knows the options.
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

    /// What a guest said that no helper says.
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

/// How much of a copy is done.
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
