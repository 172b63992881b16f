import HostSupport
import HostTools
public import SystemPackage

extension SSHEndpoint {
    /// Makes a directory in the guest like one on the host, moving only what differs.
    ///
    /// - Parameters:
    ///   - source: The directory on the host.
    ///   - destination: The directory in the guest; relative paths start in the user's home. It is made if missing.
    ///   - deletesOthers: Whether files in the guest that the host does not have are removed; excluded ones stay.
    ///   - asRoot: Whether the copy is made, and owned, by root in the guest; the user must be allowed to use sudo.
    /// - Throws: ``GuestAccessError`` with code `copyFailed`, or as for ``run(_:input:connectTimeout:onOutput:)``.
    public func synchronize(
        _ source: FilePath,
        to destination: String,
        selecting selection: FileSelection = FileSelection(),
        deletesOthers: Bool = true,
        asRoot: Bool = false,
    ) async throws {
        // Older rsyncs make no more than the last component of a path by themselves.
        let prefix = asRoot ? "sudo -n " : ""
        let maker = "\(prefix)mkdir -p \(ShellWords.quoted(destination)) && \(prefix)rsync"
        let arguments =
            ["--rsync-path=\(maker)", "-rlptz", "--omit-dir-times"] + (deletesOthers ? ["--delete"] : [])
            + selection.arguments + ["\(source.string)/", remote(destination)]
        try await rsync(arguments, doing: "copy \(source) to \(destination)")
    }

    /// Copies files or directories to the guest.
    ///
    /// - Parameters:
    ///   - destination: A path in the guest as `cp -r` would take it; relative ones start in the user's home.
    ///   - asRoot: Whether root writes, and owns, the copy; the user must be allowed to use sudo.
    public func upload(_ sources: [HostSource], to destination: String, asRoot: Bool = false) async throws {
        let arguments = Self.program(asRoot: asRoot) + sources.map(\.rsyncArgument) + [remote(destination)]
        try await rsync(arguments, doing: "copy to \(destination)")
    }

    /// Copies files or directories from the guest.
    ///
    /// Set-user-id, set-group-id and sticky bits, devices, pipes, sockets and links that lead outside are not copied.
    ///
    /// - Parameters:
    ///   - destination: A path on the host as `cp -r` would take it.
    ///   - asRoot: Whether root reads; the user must be allowed to use sudo.
    public func download(_ sources: [String], to destination: FilePath, asRoot: Bool = false) async throws {
        let arguments = Self.program(asRoot: asRoot) + Self.distrust + sources.map(remote) + [destination.string]
        try await rsync(arguments, doing: "copy to \(destination)")
    }

    /// Copies a file, or what is in a directory of the guest, to a place of its own.
    ///
    /// - Parameter place: The file's new path, or the directory that gets what is in the other.
    func fetch(_ source: String, isDirectory: Bool, to place: FilePath, asRoot: Bool) async throws {
        let slash = isDirectory ? "/" : ""
        let arguments = Self.program(asRoot: asRoot) + Self.distrust + [remote(source + slash), "\(place)\(slash)"]
        try await rsync(arguments, doing: "copy to \(place)")
    }

    /// Copies those of some files and directories in the guest that exist, each to the same place below another
    /// directory.
    ///
    /// A file that is newer on the host stays: what one guest has made is not undone by another that only has its old
    /// form. What ``download(_:to:asRoot:)`` leaves out is left out here.
    ///
    /// - Parameters:
    ///   - paths: Relative to `directory`.
    ///   - directory: A directory in the guest, which the user can read by sudo.
    ///   - destination: A directory on the host.
    public func collect(_ paths: [String], below directory: String, to destination: FilePath) async throws {
        // With a slash at its end rsync would take what is in a directory, without the directory.
        let sources = paths.map { "\(directory)/./" + String($0.reversed().drop { $0 == "/" }.reversed()) }
        let options = Self.distrust + ["--relative", "--update", "--ignore-missing-args"]
        let arguments = Self.program(asRoot: true) + options
        try await rsync(arguments + sources.map(remote) + ["\(destination)/"], doing: "copy to \(destination)")
    }

    private static func program(asRoot: Bool) -> [String] {
        (asRoot ? ["--rsync-path=sudo -n rsync"] : []) + ["-rlptz"]
    }

    /// Keeps what could harm the host from reaching it, whatever the guest's rsync sends.
    private static let distrust = ["--safe-links", "--no-devices", "--no-specials", "--chmod=ug-s,a-t"]

    private func remote(_ path: String) -> String { "\(host):\(path)" }

    private func rsync(_ arguments: [String], doing what: String) async throws {
        // rsync takes its remote shell apart at spaces and knows quotes, but no backslashes.
        let shell = (["ssh"] + options()).map(Self.quotedForRsync).joined(separator: " ")
        let outcome: ToolRun.Outcome
        do {
            outcome = try await ToolRun.run("rsync", ["--protect-args", "-e", shell] + arguments)
        } catch let error as ToolMissing {
            throw GuestAccessError(
                .toolMissing,
                guest: guest,
                "rsync is not installed; install it to copy files",
                cause: error
            )
        }
        try Task.checkCancellation()
        guard !outcome.isSuccess else { return }
        if outcome.status == 255, let diagnosis = SSHDiagnosis(messages: Self.sshMessages(outcome.errors)) {
            throw diagnosis.error(guest: guest, endpoint: "\(user)@\(host):\(port)")
        }
        let isMissingInGuest = outcome.errors.contains("rsync: command not found") || outcome.status == 127
        throw GuestAccessError(
            .copyFailed,
            guest: guest,
            "cannot \(what): "
                + (isMissingInGuest
                    ? "rsync is not installed in the guest; add it to the guest's packages"
                    : Self.reason(outcome.errors)),
        )
    }

    /// What rsync says about the reason: its first complaint, since the last line only repeats the exit status.
    static func reason(_ errors: String) -> String {
        let lines = errors.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        return lines.first.map(String.init) ?? "rsync failed without a message"
    }

    private static func sshMessages(_ errors: String) -> String {
        errors.split(separator: "\n").filter { !$0.hasPrefix("rsync") }.joined(separator: "\n")
    }

    static func quotedForRsync(_ word: String) -> String {
        let needsQuotes = word.isEmpty || word.contains { $0 == " " || $0 == "'" || $0 == "\"" }
        guard needsQuotes else { return word }
        // Within quotes of one kind rsync takes the quote twice for itself.
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
