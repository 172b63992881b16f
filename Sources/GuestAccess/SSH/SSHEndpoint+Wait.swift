import Quantities

extension SSHEndpoint {
    /// Waits until the user can log in, retrying while the guest boots.
    ///
    /// A port that accepts connections says nothing: user-mode networking opens it before the guest has booted. A
    /// refused login is also retried if `isProvisioned` is false, since sshd may run before the user exists.
    ///
    /// - Parameters:
    ///   - limit: How long to keep trying.
    ///   - isProvisioned: Whether cloud-init has ended, so that a refusal is final.
    /// - Throws: ``GuestAccessError`` of the last attempt, with code `timedOut` if the time limit expired.
    public func waitUntilReachable(within limit: Duration, isProvisioned: Bool) async throws {
        let end = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        while true {
            let failure: GuestAccessError
            do {
                let attempt = min(max(end - .now, .seconds(1)), .seconds(10))
                _ = try await run("true", connectTimeout: attempt)
                return
            } catch let error as GuestAccessError {
                failure = error
            }
            switch failure.code {
            case .unreachable, .connectionLost: break
            case .permissionDenied where !isProvisioned: break
            default: throw failure
            }
            guard ContinuousClock.now + pause < end else {
                throw GuestAccessError(
                    .timedOut,
                    guest: guest,
                    "gave up after \(limit.shortText) waiting for ssh: \(failure.message)",
                    cause: failure,
                )
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }
}
