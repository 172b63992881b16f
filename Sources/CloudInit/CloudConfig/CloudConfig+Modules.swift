extension CloudConfig {
    /// A user of the guest.
    public struct User: Sendable, Hashable {
        /// The login name; ``default`` stands for the image's own user.
        public var name: String
        /// Public keys that may log in.
        public var authorizedKeys: [String]
        /// Further groups.
        public var groups: [String]
        /// The sudo rule, as in `ALL=(ALL) NOPASSWD:ALL`.
        public var sudo: String?
        /// The login shell's path, as in `/bin/bash`; nil takes the guest's default.
        public var shell: String?
        /// A password as `mkpasswd` prints it; giving one unlocks the account.
        public var hashedPassword: String?
        /// Whether it is one of the system's users, without a home.
        public var isSystem: Bool

        /// Creates a user; the parameters are its properties.
        public init(
            name: String,
            authorizedKeys: [String] = [],
            groups: [String] = [],
            sudo: String? = nil,
            shell: String? = nil,
            hashedPassword: String? = nil,
            isSystem: Bool = false,
        ) {
            self.name = name
            self.authorizedKeys = authorizedKeys
            self.groups = groups
            self.sudo = sudo
            self.shell = shell
            self.hashedPassword = hashedPassword
            self.isSystem = isSystem
        }

        /// The user that the image's maker chose, as `debian` or `ubuntu`; without it in the list it is not made.
        public static let `default`: User = User(name: "default")
    }

    /// A file to write in the guest.
    public struct File: Sendable, Hashable {
        /// The absolute path in the guest.
        public var path: String
        /// The text to write.
        public var content: String
        /// The mode, as in `0o644`.
        public var permissions: UInt16?
        /// The owner and group, as in `root:root`.
        public var owner: String?
        /// Whether the content is added to a file that is there.
        public var appends: Bool
        /// Whether it is written late, when users and packages are there.
        public var isDeferred: Bool

        /// Creates a file; the parameters are its properties, and what is nil is left to cloud-init.
        public init(
            path: String,
            content: String,
            permissions: UInt16? = nil,
            owner: String? = nil,
            appends: Bool = false,
            isDeferred: Bool = false,
        ) {
            self.path = path
            self.content = content
            self.permissions = permissions
            self.owner = owner
            self.appends = appends
            self.isDeferred = isDeferred
        }
    }

    /// A command of the guest.
    public enum Command: Sendable, Hashable, ExpressibleByStringLiteral {
        /// A line for the shell.
        case shell(String)
        /// A program and its arguments, which no shell sees.
        case words([String])

        /// Creates a line for the shell from a string literal.
        public init(stringLiteral value: String) { self = .shell(value) }
    }

    /// What happens to the machine when cloud-init has ended.
    public struct PowerState: Sendable, Hashable {
        /// What the machine does, by cloud-init's names.
        public enum Mode: String, Sendable, Hashable {
            /// Switch off, restart, or stop the operating system without switching off.
            case poweroff, reboot, halt
        }

        /// What the machine does.
        public var mode: Mode
        /// Minutes to wait; nil is at once.
        public var delayMinutes: Int?
        /// A command whose success is the condition.
        public var condition: Command?

        /// Creates a power state; without a delay and a condition it takes effect at once and always.
        public init(_ mode: Mode, delayMinutes: Int? = nil, condition: Command? = nil) {
            self.mode = mode
            self.delayMinutes = delayMinutes
            self.condition = condition
        }
    }

    /// Which partitions grow.
    public enum Growth: Sendable, Hashable {
        /// No partition grows.
        case off
        /// Those that these mount points or devices name.
        case devices([String])
    }

    /// Certificates of authorities.
    public struct Certificates: Sendable, Hashable {
        /// Each in PEM form.
        public var trusted: [String]
        /// Whether those of the image are removed.
        public var replacesDefaults: Bool

        /// Creates a set of certificates; the image's own stay unless `replacesDefaults` is set.
        public init(trusted: [String], replacesDefaults: Bool = false) {
            self.trusted = trusted
            self.replacesDefaults = replacesDefaults
        }
    }

    /// The package sources of Debian and Ubuntu.
    public struct Apt: Sendable, Hashable {
        /// A proxy's URL.
        public var proxy: String?
        /// The mirror's URL for the main archive.
        public var mirror: String?
        /// Further sources by name, each a line as in `deb URL SUITE COMPONENT`.
        public var sources: [String: String]

        /// Creates package sources; what is nil or empty stays as the image has it.
        public init(proxy: String? = nil, mirror: String? = nil, sources: [String: String] = [:]) {
            self.proxy = proxy
            self.mirror = mirror
            self.sources = sources
        }
    }

    /// Where the time comes from.
    public struct TimeServers: Sendable, Hashable {
        /// NTP servers by name or address, as in `ntp.example.org`.
        public var servers: [String]
        /// Pools of NTP servers, as in `0.debian.pool.ntp.org`.
        public var pools: [String]

        /// Creates a list of time servers; the parameters are its properties.
        public init(servers: [String] = [], pools: [String] = []) {
            self.servers = servers
            self.pools = pools
        }
    }

    /// A file system to mount, as a line of `fstab`.
    public struct Mount: Sendable, Hashable {
        /// What is mounted, as in `/dev/vdc` or `LABEL=data`.
        public var device: String
        /// The mount point, an absolute path in the guest.
        public var path: String
        /// The file system's type, as in `ext4`; `auto` lets the guest find out.
        public var type: String
        /// The mount options, with commas between them.
        public var options: String

        /// Creates a mount; by default the guest boots even if the device is missing (`nofail`).
        public init(device: String, path: String, type: String = "auto", options: String = "defaults,nofail") {
            self.device = device
            self.path = path
            self.type = type
            self.options = options
        }
    }
}
