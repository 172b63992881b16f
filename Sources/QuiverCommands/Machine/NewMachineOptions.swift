import ArgumentParser
import CloudImages
import CloudInit
import HostSupport
import Machines
import Provisioning
import Quantities
import SystemPackage

/// The options that describe a new machine.
struct NewMachineOptions: ParsableArguments {
    @Option(help: "Create the machine from this image, e.g. debian:12, or from the disk image at this path.")
    var image: String?

    @OptionGroup var trust: TrustOptions

    @Option(help: "Number of processors (default: 2).")
    var cpus: Int?

    @Option(help: "Memory, e.g. 512M or 4G (default: 1G).")
    var memory: SizeArgument?

    @Option(help: "Disk size, e.g. 20G (default: the image's).")
    var disk: SizeArgument?

    @Option(name: .customLong("user-data"), help: "cloud-init user-data file.")
    var userData: String?

    @Option(help: "cloud-init network-config file (default: DHCP on the first network card).")
    var networkConfig: String?

    @Flag(help: "Start even if user-data or network-config have errors.")
    var unchecked = false

    @Option(name: .customLong("ssh-key"), help: "File with a public key that may log in; may be repeated.")
    var sshKeys: [String] = []

    @Option(help: "Guest architecture (default: the image's).")
    var arch: ArchitectureArgument?

    @Option(help: "Accelerator; auto picks the fastest one that works (default: auto).")
    var accel: AcceleratorArgument?

    @Option(
        help:
            "Forward a port of this host to the guest, e.g. 8080:80 or 5353:53/udp; 0:80 picks a free port; may be repeated."
    )
    var forward: [ForwardArgument] = []

    @Option(
        help: ArgumentHelp(
            """
            What the guest reaches: user (whatever this host reaches, and its own loopback services at 10.0.2.2), isolated \
            (nothing, but forwards and ssh into the guest work), none (no card; quiver exec and console work) (default: user).
            """,
            valueName: "user|isolated|none",
        )
    )
    var network: NetworkArgument?

    @Flag(help: "Boot with UEFI firmware, also on x86_64.")
    var uefi = false

    @Option(
        name: .customLong("qemu-arg"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Pass an argument to QEMU unchanged, e.g. --qemu-arg=-D --qemu-arg=/tmp/qemu.log; may be repeated.",
            valueName: "argument",
        ),
    )
    var qemuArguments: [String] = []

    @Flag(help: "Keep QEMU paused after the guest has shut down (QEMU's -no-shutdown); `quiver stop` ends it.")
    var noShutdown = false

    /// The additional arguments for QEMU.
    var extraArguments: [String] { (noShutdown ? ["-no-shutdown"] : []) + qemuArguments }

    /// Refuses options that do not apply to an existing machine.
    func checkNothingIsGiven(for name: String) throws {
        let isGiven =
            cpus != nil || trust.trustsBacking || memory != nil || disk != nil || userData != nil
            || networkConfig != nil || !sshKeys.isEmpty
            || arch != nil || accel != nil || !forward.isEmpty || network != nil || uefi || unchecked
            || !extraArguments.isEmpty
        guard !isGiven else {
            throw CommandFailure(
                .usage,
                "machine \(name): options that describe a machine need --image, which creates a new one",
            )
        }
    }

    /// Refuses options that several new machines cannot share.
    func checkFitsSeveral() throws {
        guard let fixed = forward.map(\.forward).first(where: { $0.hostPort != 0 }) else { return }
        let suffix = fixed.transport == .udp ? "/udp" : ""
        throw ValidationError(
            "several machines cannot share port \(fixed.hostPort) of this host; start them one at a time, or use "
                + "a free port for each with --forward 0:\(fixed.guestPort)\(suffix)"
        )
    }

    /// Refuses options that belong into the project's own configuration.
    func checkFitsProject() throws {
        let isGiven =
            disk != nil || userData != nil || networkConfig != nil || !sshKeys.isEmpty || arch != nil || uefi
            || network != nil || unchecked
        guard !isGiven else {
            throw CommandFailure(
                .usage,
                "--project takes only --image, --cpus, --memory, --accel, --forward, --qemu-arg and --no-shutdown; the "
                    + "rest is set in the project's pyproject.toml",
            )
        }
    }

    /// Creates the new machine's files and returns its description.
    func describe(_ name: String, in directory: MachineDirectory) async throws -> MachineDescription {
        let access = network?.access ?? .user
        guard access != .none || forward.isEmpty else {
            throw CommandFailure(.usage, "--forward needs a network card; use --network isolated")
        }
        let image = try chosenImage()
        var description = MachineDescription(
            architecture: arch?.architecture ?? GuestArchitecture(image.architecture),
            processorCount: cpus ?? 2,
            memory: memory?.size ?? .gibibytes(1),
        )
        description.accelerator = accel?.choice ?? .automatic
        description.firmware = uefi ? .uefi : .standard
        description.hasScreen = true
        description.hotPlugSlots = 4
        description.networks = access.cards(forwards: forward.map(\.forward))
        description.extraArguments = extraArguments
        var provisioning = Provisioning(
            image: image,
            hostname: name,
            userData: try userData.map(SeedText.read),
            networkConfig: try networkConfig.map(SeedText.read),
            authorizedKeys: try sshKeys.flatMap(SeedText.readKeys),
            diskSize: disk?.size,
        )
        provisioning.hasNetwork = access != .none
        provisioning.checksSeed = !unchecked
        for finding in provisioning.findings where unchecked || finding.severity == .warning {
            StandardError.write("\(finding)")
        }
        return try await provisioning.prepare(description, in: directory)
    }

    /// The image with the requested architecture; a file outside the store is assumed to have it.
    private func chosenImage() throws -> Image {
        let name = image ?? ""
        let store = ImageStore()
        let reference = try ImageReference(name)
        guard let arch, case .stored(_, let stated) = reference.target else {
            return try store.image(reference, trustsBacking: trust.trustsBacking)
        }
        let wanted = arch.architecture
        let names = ImageArchitecture.allCases.filter { GuestArchitecture($0) == wanted }
        if names.contains(stated) { return try store.image(reference) }
        return try store.image(ImageReference("\(name):\(names.first?.rawValue ?? wanted.rawValue)"))
    }
}
