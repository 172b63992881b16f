public import QAPI
public import Quantities
public import SystemPackage

/// A machine's configuration, independent of where it runs: a value that can be stored, compared and changed.
public struct MachineDescription: Hashable, Codable, Sendable {
    /// The processor architecture; another one than the host's is emulated, which is slow.
    public var architecture: GuestArchitecture
    /// QEMU's machine type, as in `q35` or `pc-q35-7.2`; nil uses the architecture's default.
    public var machineType: String?
    /// QEMU's processor model, as in `qemu64`; nil uses the host's if it is virtualised, otherwise `max`.
    public var processor: String?
    /// The number of virtual processors, 1 to 255; 2 by default.
    public var processorCount: Int
    /// The guest's memory in whole mebibytes, 16 MiB at least; 1 GiB by default.
    public var memory: ByteCount
    /// Where the guest's memory lies on the host.
    public var memoryBacking: MemoryBacking
    /// What executes the guest's instructions; by default the fastest that works on this host.
    public var accelerator: AcceleratorChoice
    /// What the machine runs before its operating system.
    public var firmware: Firmware
    /// A kernel that QEMU loads itself; nil boots from the first drive that can.
    public var kernel: DirectKernel?
    /// The drives; the guest boots from the first.
    public var drives: [Drive]
    /// The network cards; empty for a guest without network.
    public var networks: [UserNetwork]
    /// Virtio-serial ports through which programs in the guest talk to programs on the host.
    public var channels: [GuestChannel]
    /// Whether the guest has a screen, which `screenshot` needs.
    public var hasScreen: Bool
    /// How many disks or network cards can be plugged in while the guest runs.
    public var hotPlugSlots: Int
    /// What happens if the guest does not feed its watchdog in time; nil for a guest without a watchdog.
    public var watchdog: WatchdogAction?
    /// Whether the machine waits for incoming state (`-incoming defer`) and runs nothing until then.
    public var awaitsIncomingState: Bool
    /// Whether the guest's processors wait for a first `cont`.
    public var startsPaused: Bool
    /// Whether QEMU uses its seccomp sandbox, where available.
    public var isSandboxed: Bool
    /// More arguments for QEMU, passed unchanged after all others.
    public var extraArguments: [String]

    /// Describes a machine with the given size and no drive, network or channel.
    public init(
        architecture: GuestArchitecture = .host,
        processorCount: Int = 2,
        memory: ByteCount = .gibibytes(1),
    ) {
        self.architecture = architecture
        self.processorCount = processorCount
        self.memory = memory
        memoryBacking = .anonymous
        accelerator = .automatic
        firmware = .standard
        drives = []
        networks = []
        channels = []
        hasScreen = false
        hotPlugSlots = 0
        awaitsIncomingState = false
        startsPaused = false
        isSandboxed = true
        extraArguments = []
    }
}

/// Where the guest's memory is on the host.
public enum MemoryBacking: Hashable, Codable, Sendable {
    /// QEMU's own memory, which is freed when it exits.
    case anonymous
    /// A file that holds the memory and is written by the guest.
    case sharedFile(FilePath)
    /// A private mapping of a file: the guest starts with its content, and its writes are only visible to this machine.
    case privateFile(FilePath)
}

/// A kernel that QEMU loads itself, instead of firmware loading it from a disk.
public struct DirectKernel: Hashable, Codable, Sendable {
    /// The kernel's file on the host.
    public var image: FilePath
    /// The file of the initial RAM disk; nil for none.
    public var initialRamdisk: FilePath?
    /// The kernel's command line.
    public var commandLine: String

    /// Creates a direct kernel; the parameters are its properties.
    public init(image: FilePath, initialRamdisk: FilePath? = nil, commandLine: String = "") {
        self.image = image
        self.initialRamdisk = initialRamdisk
        self.commandLine = commandLine
    }
}

/// What the machine runs before its operating system.
public enum Firmware: Hashable, Codable, Sendable {
    /// SeaBIOS on x86_64, EDK2 on aarch64.
    case standard
    /// EDK2 (OVMF, AAVMF) as the distribution installs it, with the machine's own variables in a qcow2 file.
    case uefi
    /// EDK2 from the given files; the variables file must be qcow2 for snapshots to be possible.
    case uefiFiles(code: FilePath, variables: FilePath)
}

/// A virtio-serial port; in the guest it appears as `/dev/virtio-ports/NAME`.
public struct GuestChannel: Hashable, Codable, Sendable {
    /// The port's name, as in `org.example.agent.0`.
    public var name: String

    /// Creates a channel; the name must differ from those of the machine's other channels.
    public init(name: String) {
        self.name = name
    }

    /// The QEMU guest agent's port.
    public static let guestAgent = Self(name: "org.qemu.guest_agent.0")
    /// The port of Quiver's own helper in the guest.
    public static let helper = Self(name: "org.quiver.helper.0")
    /// The port of Quiver's pytest plugin.
    public static let pytest = Self(name: "org.quiver.pytest.0")
}
