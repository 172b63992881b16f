public import CloudImages
import CloudInit
import DiskImages
import GuestAccess
public import HostSupport
public import Machines
public import Quantities
import SystemPackage

/// Makes a new machine from an image: an overlay for its disk and a seed for cloud-init.
///
/// Quiver's own part goes into vendor-data and meta-data, so that the user's user-data is passed unchanged.
public struct Provisioning: Sendable, Hashable {
    /// The image that the disk starts from.
    public var image: Image
    /// The guest's host name.
    public var hostname: String
    /// The user's own user-data; nil means empty user-data.
    public var userData: String?
    /// cloud-init's network-config; nil means DHCP on the first card.
    public var networkConfig: String?
    /// Public keys, in OpenSSH's format, that may log in besides Quiver's own.
    public var authorizedKeys: [String]
    /// The disk's size in the guest; nil keeps the image's.
    public var diskSize: ByteCount?
    /// Whether the machine has a network card; without one, the description's own cards are not completed either.
    public var hasNetwork = true
    /// Whether to refuse files that cloud-init would not apply as intended, before anything boots.
    public var checksSeed = true

    /// Creates a provisioning whose seed is checked; the parameters are its properties.
    public init(
        image: Image,
        hostname: String,
        userData: String? = nil,
        networkConfig: String? = nil,
        authorizedKeys: [String] = [],
        diskSize: ByteCount? = nil,
    ) {
        self.image = image
        self.hostname = hostname
        self.userData = userData
        self.networkConfig = networkConfig
        self.authorizedKeys = authorizedKeys
        self.diskSize = diskSize
    }

    /// Creates overlay, seed and keys in the machine's directory and adds them to the description.
    ///
    /// The description gets the disk, the seed, the kernel if the image has one, a network card with a forward to sshd
    /// unless it already has one or is to have none, and the channels of the helper, the agent and the pytest plugin.
    ///
    /// - Throws: ``CloudInit/CloudInitError``, with code `badSeed` for user-data with errors,
    ///   ``GuestAccess/GuestAccessError``, ``HostSupport/FileFailure``.
    public func prepare(
        _ description: MachineDescription,
        in directory: MachineDirectory,
        home: QuiverHome = .current,
    ) async throws -> MachineDescription {
        if checksSeed { try refuseErrors() }
        let client = try await ClientKey.obtain(in: home)
        let host = try await SSHKeyPair.obtain(in: directory.path, named: "host_key", comment: hostname)
        let alias = "quiver-\(directory.path.lastComponent?.string ?? hostname)"
        let login = GuestLogin(
            user: image.defaultUser,
            hostKeyAlias: alias,
            hostKey: host.knownHostsLine(alias: alias),
        )
        try login.write(in: directory.path)
        try seed(hostKey: host, clientKey: client.publicKey).write(to: directory.seed)
        // The overlay may outlive the path by which the image was found, such as a symbolic link.
        let base = image.disk.resolved
        try Overlay.create(at: directory.disk, base: base, baseFormat: image.format, size: diskSize)

        var description = description
        description.drives = [Drive(id: "disk0", file: directory.disk), .seed(directory.seed)] + description.drives
        description.boot(image)
        description.addUsualDevices(hasNetwork: hasNetwork)
        return description
    }

    /// The seed, whose instance-id is derived from its content: changed content is a new instance, and cloud-init runs
    /// again.
    func seed(hostKey: SSHKeyPair, clientKey: String) -> Seed {
        let userData = userData ?? "#cloud-config\n{}\n"
        let vendorData = VendorData(hostKey: hostKey).text
        let identity = MetaData.instanceID(of: [hostname, userData, vendorData, networkConfig ?? ""])
        return Seed(
            userData: userData,
            metaData: MetaData(
                instanceID: identity,
                hostname: hostname,
                // Keys in meta-data are added to those of the user-data; those in vendor-data would be replaced by it.
                publicKeys: [clientKey] + authorizedKeys,
            ).text,
            networkConfig: networkConfig,
            vendorData: vendorData,
        )
    }
}

extension MachineDescription {
    /// Boots the image's own kernel if it has one next to its disk, otherwise from the disk.
    package mutating func boot(_ image: Image) {
        guard let kernelFile = image.kernel else { return }
        kernel = DirectKernel(
            image: kernelFile,
            initialRamdisk: image.initialRamdisk,
            commandLine: image.kernelArguments ?? "",
        )
    }

    /// Adds what every provisioned machine has: a network with a forward for ssh, and the guest's channels.
    ///
    /// Without a network, a guest whose kernel gets its arguments from here does not wait for one, which takes systemd
    /// two minutes.
    package mutating func addUsualDevices(hasNetwork: Bool = true) {
        if !hasNetwork, let arguments = kernel?.commandLine {
            let units = ["systemd-networkd-wait-online", "NetworkManager-wait-online"]
            kernel?.commandLine = ([arguments] + units.map { "systemd.mask=\($0).service" }).joined(separator: " ")
        }
        if networks.isEmpty, hasNetwork { networks = [UserNetwork()] }
        if !networks.isEmpty, !networks.contains(where: { $0.forwards.contains { $0.guestPort == 22 } }) {
            networks[0].forwards.append(.ssh)
        }
        for channel in [GuestChannel.guestAgent, .helper, .pytest] where !channels.contains(channel) {
            channels.append(channel)
        }
    }
}
