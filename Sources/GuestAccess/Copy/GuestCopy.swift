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
    /// The guest's name, for messages.
    public let guest: String
    /// The guest's helper; nil if it has none, so that rsync is the only way.
    let helper: GuestHelper?
    /// The guest's ssh server, for rsync; nil if no network leads to it, so that the helper is the only way.
    let ssh: SSHEndpoint?
    /// The guest's user who reads and writes; nil is root.
    let user: String?
    /// What the copy may take from the host, and how long each of its steps may take.
    public var limits: CopyLimits
    /// Called with the progress.
    public var onProgress: ProgressHandler
    /// Called with a line for each file that was left out.
    public var onNote: @Sendable (String) -> Void

    /// Creates a copy that begins when files are named; the parameters are its properties.
    public init(
        helper: GuestHelper,
        ssh: SSHEndpoint?,
        user: String? = nil,
        limits: CopyLimits = CopyLimits(),
        onProgress: @escaping ProgressHandler = { _ in },
        onNote: @escaping @Sendable (String) -> Void = { _ in },
    ) {
        self.init(guest: helper.guest, helper: helper, ssh: ssh, user: user, limits: limits)
        self.onProgress = onProgress
        self.onNote = onNote
    }

    init(guest: String, helper: GuestHelper?, ssh: SSHEndpoint?, user: String?, limits: CopyLimits) {
        self.guest = guest
        self.helper = helper
        self.ssh = ssh
        self.user = user
        self.limits = limits
        onProgress = { _ in }
        onNote = { _ in }
    }

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

    /// Where rsync does a copy better than the helper: large ones, if both sides have one that supports the options.
    ///
    /// - Parameter paths: What rsync is told of the guest; it would take patterns apart.
    func rsync(size: Int64, paths: [String]) async throws -> SSHEndpoint? {
        guard let helper, let ssh else { return ssh }
        guard size > Int64(clamping: limits.helperShare.bytes),
            !paths.contains(where: { $0.contains { "*?[\\~".contains($0) } }),
            try await RsyncKind.ofHost() == .samba
        else { return nil }
        return try await helper.collect(.shell("command -v rsync"), within: limits.step).isSuccess ? ssh : nil
    }

    /// The way to a guest without a helper.
    func rsyncOnly() throws -> SSHEndpoint {
        guard let ssh else { throw failure("anything: the guest has neither a helper nor an ssh server") }
        return ssh
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
