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
        public var shell: String?
        /// A password as `mkpasswd` prints it; giving one unlocks the account.
        public var hashedPassword: String?
        /// Whether it is one of the system's users, without a home.
        public var isSystem: Bool

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
        public var path: String
        public var content: String
        /// The mode, as in `0o644`.
        public var permissions: UInt16?
        /// The owner and group, as in `root:root`.
        public var owner: String?
        /// Whether the content is added to a file that is there.
        public var appends: Bool
        /// Whether it is written late, when users and packages are there.
        public var isDeferred: Bool

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

        public init(stringLiteral value: String) { self = .shell(value) }
    }

    /// What happens to the machine when cloud-init has ended.
    public struct PowerState: Sendable, Hashable {
        public enum Mode: String, Sendable, Hashable {
            case poweroff, reboot, halt
        }

        public var mode: Mode
        /// Minutes to wait; nil is at once.
        public var delayMinutes: Int?
        /// A command whose success is the condition.
        public var condition: Command?

        public init(_ mode: Mode, delayMinutes: Int? = nil, condition: Command? = nil) {
            self.mode = mode
            self.delayMinutes = delayMinutes
            self.condition = condition
        }
    }

    /// Which partitions grow.
    public enum Growth: Sendable, Hashable {
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

        public init(proxy: String? = nil, mirror: String? = nil, sources: [String: String] = [:]) {
            self.proxy = proxy
            self.mirror = mirror
            self.sources = sources
        }
    }

    /// Where the time comes from.
    public struct TimeServers: Sendable, Hashable {
        public var servers: [String]
        public var pools: [String]

        public init(servers: [String] = [], pools: [String] = []) {
            self.servers = servers
            self.pools = pools
        }
    }

    /// A file system to mount, as a line of `fstab`.
    public struct Mount: Sendable, Hashable {
        public var device: String
        public var path: String
        public var type: String
        public var options: String

        public init(device: String, path: String, type: String = "auto", options: String = "defaults,nofail") {
            self.device = device
            self.path = path
            self.type = type
            self.options = options
        }
    }
}
