import ArgumentParser
import CloudImages
import HostSupport
import Machines
import Quantities
import SystemPackage

/// What a new machine is made of.
struct NewMachineOptions: ParsableArguments {
    @Option(help: "The image that its disk starts from, as in debian:12, or a disk image's path.")
    var image: String?

    @Option(help: "How many processors it has (default: 2).")
    var cpus: Int?

    @Option(help: "How much memory it has, as in 512M or 4G (default: 1G).")
    var memory: SizeArgument?

    @Option(help: "The disk's size for the guest, as in 20G (default: the image's).")
    var disk: SizeArgument?

    @Option(name: .customLong("user-data"), help: "A file with cloud-init's user-data.")
    var userData: String?

    @Option(help: "A file with cloud-init's network-config (default: DHCP on the first card).")
    var networkConfig: String?

    @Flag(help: "Start although the check of user-data and network-config finds errors.")
    var unchecked = false

    @Option(name: .customLong("ssh-key"), help: "A file with a public key that may log in; may be repeated.")
    var sshKeys: [String] = []

    @Option(help: "The guest's architecture: x86_64 or aarch64 (default: the image's).")
    var arch: ArchitectureArgument?

    @Option(help: "What executes the guest: auto, kvm, hvf or tcg (default: auto).")
    var accel: AcceleratorArgument?

    @Option(help: "A port of this host that leads into the guest, as in 8080:80 or 5353:53/udp; may be repeated.")
    var forward: [ForwardArgument] = []

    @Flag(help: "Boot by UEFI, on x86_64 too.")
    var uefi = false

    /// Refuses options that a machine which exists cannot take.
    func checkNothingIsGiven(for name: String) throws {
        let isGiven =
            cpus != nil || memory != nil || disk != nil || userData != nil || networkConfig != nil || !sshKeys.isEmpty
            || arch != nil
            || accel != nil || !forward.isEmpty || uefi || unchecked
        guard !isGiven else {
            throw CommandFailure(
                .usage,
                "options about what machine \(name) is made of need --image, which makes a new one",
            )
        }
    }

    /// Refuses options whose place is the project's own configuration.
    func checkFitsProject() throws {
        let isGiven =
            disk != nil || userData != nil || networkConfig != nil || !sshKeys.isEmpty || arch != nil || uefi
            || unchecked
        guard !isGiven else {
            throw CommandFailure(
                .usage,
                "--project takes only --image, --cpus, --memory, --accel and --forward; the rest is as `quiver test` "
                    + "provisions it, by the project's pyproject.toml",
            )
        }
    }

    /// Makes the new machine's files and describes it.
    func describe(_ name: String, in folder: MachineFolder) async throws -> MachineDescription {
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
        description.networks = [UserNetwork(forwards: forward.map(\.forward))]
        var provisioning = Provisioning(
            image: image,
            hostname: name,
            userData: try userData.map(SeedText.read),
            networkConfig: try networkConfig.map(SeedText.read),
            authorizedKeys: try sshKeys.flatMap(SeedText.readKeys),
            diskSize: disk?.size,
        )
        provisioning.checksSeed = !unchecked
        for finding in provisioning.findings where unchecked || finding.severity == .warning {
            StandardError.write("\(finding)")
        }
        return try await provisioning.prepare(description, in: folder)
    }

    /// The image, of the architecture that was asked for; a file outside of the store is taken to have it.
    private func chosenImage() throws -> Image {
        let name = image ?? ""
        let store = ImageStore()
        let reference = try ImageReference(name)
        guard let arch, case .stored(_, let stated) = reference.target else { return try store.image(reference) }
        let wanted = arch.architecture
        let names = ImageArchitecture.allCases.filter { GuestArchitecture($0) == wanted }
        if names.contains(stated) { return try store.image(reference) }
        return try store.image(ImageReference("\(name):\(names.first?.rawValue ?? wanted.rawValue)"))
    }
}
