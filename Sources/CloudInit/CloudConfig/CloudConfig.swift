import YAML

/// A cloud-config: what cloud-init shall do in a machine at its first boot.
///
/// The modules that people use have members here; any other goes into ``extra`` as YAML. What is nil or empty is left
/// out, so that the image's own settings hold.
public struct CloudConfig: Sendable, Hashable {
    /// The guest's host name.
    public var hostname: String?
    /// The users to make; empty leaves the image's default user alone.
    public var users: [User] = []
    /// Public keys for the default user.
    public var authorizedKeys: [String] = []
    /// The server's own keys, by cloud-init's names as in `ed25519_private`.
    public var hostKeys: [String: String] = [:]
    /// Whether ssh takes passwords; nil leaves it as it is.
    public var allowsPasswordLogin: Bool?
    /// Packages to install.
    public var packages: [String] = []
    /// Whether the package lists are fetched first.
    public var updatesPackageLists: Bool?
    /// Whether installed packages are brought up to date.
    public var upgradesPackages: Bool?
    /// Files to write.
    public var files: [File] = []
    /// Commands early in every boot, before most of the rest.
    public var bootCommands: [Command] = []
    /// Commands at the end of the first boot.
    public var commands: [Command] = []
    /// What happens to the machine when cloud-init has ended.
    public var powerState: PowerState?
    /// Whether and which partitions grow to fill the disk.
    public var growth: Growth?
    /// Certificates of authorities to trust.
    public var certificates: Certificates?
    /// The package sources of Debian and Ubuntu.
    public var apt: Apt?
    /// Where the time comes from.
    public var timeServers: TimeServers?
    /// File systems to mount.
    public var mounts: [Mount] = []
    /// The time zone, as in `Europe/Berlin`.
    public var timeZone: String?
    /// Any other modules, as YAML text of a mapping.
    public var extra: String?

    /// Creates a cloud-config that changes nothing.
    public init() {}

    /// The user-data: the header and the YAML.
    ///
    /// - Throws: ``CloudInitError`` with code `badSeed` when ``extra`` is not a mapping, or sets what a member sets.
    public func userData() throws(CloudInitError) -> String {
        var mapping = ConfigMapping()
        write(into: &mapping)
        if let extra { try mapping.add(yaml: extra) }
        return "#cloud-config\n" + (try mapping.text())
    }
}
