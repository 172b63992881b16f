import HostSupport
public import SystemPackage

extension SSHEndpoint {
    /// Makes a folder in the guest like one on the host, moving only what differs.
    ///
    /// - Parameters:
    ///   - source: The folder on the host.
    ///   - destination: The folder in the guest; relative paths start in the user's home. It is made if missing.
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

    /// Copies files or folders to the guest.
    ///
    /// - Parameter destination: A path in the guest as `cp -r` would take it; relative ones start in the user's home.
    public func upload(_ sources: [FilePath], to destination: String) async throws {
        try await rsync(["-rlptz"] + sources.map(\.string) + [remote(destination)], doing: "copy to \(destination)")
    }

    /// Copies files or folders from the guest.
    ///
    /// - Parameter destination: A path on the host as `cp -r` would take it.
    public func download(_ sources: [String], to destination: FilePath) async throws {
        try await rsync(["-rlptz"] + sources.map(remote) + [destination.string], doing: "copy to \(destination)")
    }

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
                "rsync is missing; install it to copy files",
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
                    ? "the guest has no rsync; add it to the packages it installs" : Self.reason(outcome.errors)),
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
