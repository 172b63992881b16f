import HostSupport
import LibC
public import SystemPackage

/// Where a machine's files lie: a folder for what lasts, and one with a short path for its sockets.
public struct MachineFolder: Hashable, Sendable {
    /// The folder with the description, the disk and the logs.
    public let path: FilePath
    /// The folder with the sockets.
    public let sockets: FilePath

    /// The folder of a machine at `path`, with sockets below `runtime`.
    ///
    /// A socket's path holds 104 bytes on macOS and 108 on Linux: where `runtime` is too long for that, the sockets
    /// go to a folder of the user's own below `/tmp`.
    public init(path: FilePath, runtime: FilePath) {
        self.path = path
        let name = Self.shortName(of: path)
        let wanted = runtime.appending(name)
        let longest = wanted.string.utf8.count + "/channel-00.sock".utf8.count
        sockets = longest < 104 ? wanted : FilePath("/tmp/quiver-\(getuid())").appending(name)
    }

    /// The machine's description, as JSON.
    public var descriptionFile: FilePath { path.appending("machine.json") }
    /// The lock that is held as long as the machine runs.
    public var lockFile: FilePath { path.appending("lock") }
    /// The lock that is held while the machine is made as a fork of another; gone when that is done.
    var birthLock: FilePath { path.appending("birth") }
    /// Whether it is a fork whose making was interrupted: its guest may run, and take itself for the one it came from.
    public var isInterruptedFork: Bool { HostFile.exists(birthLock) && !FileLock.isHeld(birthLock) }
    /// What is known of the running process; see ``ProcessRecord``.
    public var processFile: FilePath { path.appending("process.json") }
    /// How the last process ended, written by its keeper.
    public var exitFile: FilePath { path.appending("exit") }
    /// All that QEMU told of itself, as it came over the wire.
    public var eventsFile: FilePath { path.appending("events.log") }
    /// What QEMU wrote to its standard error.
    public var logFile: FilePath { path.appending("qemu.log") }
    /// What the guest wrote to its serial console.
    public var consoleLog: FilePath { path.appending("console.log") }
    /// The machine's disk, where Quiver made it one.
    public var disk: FilePath { path.appending("disk.qcow2") }
    /// What the machine's snapshots depend on.
    var snapshotsFile: FilePath { path.appending("snapshots.json") }
    /// The cloud-init seed, where Quiver made one.
    public var seed: FilePath { path.appending("seed.iso") }
    /// The firmware's variables.
    public var firmwareVariables: FilePath { path.appending("firmware-variables.qcow2") }

    /// Quiver's monitor.
    public var monitorSocket: FilePath { sockets.appending("quiver.sock") }
    /// The monitor for people and scripts.
    public var peoplesSocket: FilePath { sockets.appending("qmp.sock") }
    /// The guest's serial console.
    public var consoleSocket: FilePath { sockets.appending("console.sock") }

    /// The socket of the channel at this place in the description.
    func channelSocket(_ index: Int) -> FilePath { sockets.appending("channel-\(index).sock") }

    /// A name that is short and always the same for a path: FNV-1a in base 36.
    private static func shortName(of path: FilePath) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in path.string.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 36)
    }
}
