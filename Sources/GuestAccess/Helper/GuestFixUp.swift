import LibC
package import WireJSON

/// What to fix up in a guest after a restore or fork, before anyone uses it.
public struct GuestFixUp: Hashable, Sendable {
    /// How the guest gets the time.
    public enum Clock: Hashable, Sendable {
        /// The host's time at sending: off by as long as the message takes, some hundredths of a second after a fork.
        case atSending
        /// The guest was resumed at this wall-clock time of the host, in nanoseconds since 1970, in the state in which
        /// its monotonic clock was at `frozenAt` nanoseconds.
        case resumed(wallClock: Int64, frozenAt: Int64)
        /// The guest keeps the time that it has.
        case leaveAlone
    }

    /// How the guest learns the time.
    public var clock: Clock
    /// The number of fresh bytes for the kernel's random pool; zero leaves it as it is.
    public var entropyBytes: Int
    /// A new `/etc/machine-id`: 32 hexadecimal digits.
    public var machineID: String?
    /// A new host name; nil leaves the old one.
    public var hostname: String?
    /// New host keys for sshd by type, as in `ed25519`.
    public var hostKeys: [String: SSHKeyPair]
    /// New hardware addresses by interface name.
    ///
    /// The guest's network configuration is rewritten where it names the old address, as cloud-init's does, and the
    /// interface gets a new lease: with another address, because the network still knows the one it had.
    public var hardwareAddresses: [String: String]
    /// Whether the guest asks its DHCP server for a new lease.
    public var renewsLease: Bool

    /// What every restore and fork needs: the time and the random pool.
    public init(clock: Clock = .atSending, entropyBytes: Int = 64) {
        self.clock = clock
        self.entropyBytes = entropyBytes
        machineID = nil
        hostname = nil
        hostKeys = [:]
        hardwareAddresses = [:]
        renewsLease = false
    }

    /// The request's members, with bytes from the host's random source.
    func arguments(token: String) -> JSONObject {
        var arguments: JSONObject = ["token": .string(token)]
        switch clock {
        case .atSending: arguments.set("time", Self.wallClock())
        case .resumed(let wallClock, let frozenAt):
            arguments.set("time", wallClock)
            arguments.set("since", frozenAt)
        case .leaveAlone: break
        }
        if entropyBytes > 0 { arguments.set("entropy", entropy) }
        arguments.set("machine_id", machineID)
        arguments.set("hostname", hostname)
        if !hostKeys.isEmpty {
            arguments.set(
                "host_keys",
                hostKeys.mapValues { ["private": $0.privateKey, "public": $0.publicKey + "\n"] }
            )
        }
        if !hardwareAddresses.isEmpty { arguments.set("mac", hardwareAddresses) }
        if renewsLease { arguments.set("renew_lease", true) }
        return arguments
    }

    /// Fresh bytes from the host's random source, in Base64.
    private var entropy: String {
        var random = SystemRandomNumberGenerator()
        return Base64.encoded((0..<entropyBytes).map { _ in UInt8.random(in: 0 ... .max, using: &random) })
    }

    /// Whether only clock and random pool are fixed up, for which the helper has a short request.
    var isBrief: Bool {
        entropyBytes > 0 && machineID == nil && hostname == nil && hostKeys.isEmpty && hardwareAddresses.isEmpty
            && !renewsLease
    }

    /// The short request; nil if the clock is to be set to the time of sending.
    func line(id: Int, token: String) -> String? {
        guard isBrief else { return nil }
        return switch clock {
        case .atSending: nil
        case .resumed(let wallClock, let frozenAt): "!\(id) \(token) \(wallClock) \(frozenAt) \(entropy)"
        case .leaveAlone: "!\(id) \(token) 0 0 \(entropy)"
        }
    }

    /// The same as members of a request to another program in the guest that can do it.
    package var request: JSONObject { arguments(token: "") }

    /// The host's wall clock, in nanoseconds since 1970.
    public static func wallClock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
