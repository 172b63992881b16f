/// The reason for ssh's exit status 255, from its own messages.
struct SSHDiagnosis: Hashable, Sendable {
    enum Kind: Hashable, Sendable, CaseIterable {
        case hostKeyMismatch, permissionDenied, connectionLost, unreachable
    }

    let kind: Kind
    /// The relevant message.
    let message: String

    // In the order in which they are looked for: a mismatch also says "verification failed" and closes the connection.
    private static let signs: [(text: String, kind: Kind)] = [
        ("host key verification failed", .hostKeyMismatch),
        ("remote host identification has changed", .hostKeyMismatch),
        ("no matching host key type", .hostKeyMismatch),
        ("permission denied", .permissionDenied),
        ("too many authentication failures", .permissionDenied),
        ("connection refused", .unreachable),
        ("connection timed out", .unreachable),
        ("operation timed out", .unreachable),
        ("no route to host", .unreachable),
        ("network is unreachable", .unreachable),
        ("could not resolve", .unreachable),
        ("kex_exchange_identification", .unreachable),
        ("banner exchange", .unreachable),
        ("ssh_exchange_identification", .unreachable),
        ("timeout, server", .connectionLost),
        ("broken pipe", .connectionLost),
        ("closed by", .connectionLost),
        ("connection reset", .connectionLost),
        ("disconnect", .connectionLost),
    ]

    /// Reads ssh's messages; nil when there is none, so that 255 is the command's own status.
    init?(messages: String) {
        let lines = messages.split(whereSeparator: \.isNewline).map { $0.filter { $0 != "\r" } }
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
        for (text, kind) in Self.signs {
            if let line = lines.last(where: { $0.lowercased().contains(text) }) {
                self.kind = kind
                message = line
                return
            }
        }
        kind = .connectionLost
        message = last
    }

    func error(guest: String, endpoint: String) -> GuestAccessError {
        switch kind {
        case .hostKeyMismatch:
            GuestAccessError(
                .hostKeyMismatch,
                guest: guest,
                "the ssh server at \(endpoint) does not have this guest's host key (ssh: \(message));"
                    + " if the guest generated new keys, remove the machine and start it again",
            )
        case .permissionDenied:
            GuestAccessError(
                .permissionDenied,
                guest: guest,
                "the guest refuses the login \(endpoint) (ssh: \(message)); check that cloud-init created that user",
            )
        case .connectionLost:
            GuestAccessError(.connectionLost, guest: guest, "the connection to \(endpoint) was lost (ssh: \(message))")
        case .unreachable:
            GuestAccessError(.unreachable, guest: guest, "no ssh server answers at \(endpoint) (ssh: \(message))")
        }
    }
}
