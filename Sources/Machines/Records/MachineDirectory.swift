import HostSupport
import LibC
public import SystemPackage

/// A machine's files: a directory for permanent files, and one with a short path for its sockets.
public struct MachineDirectory: Hashable, Sendable {
    /// The directory with the description, the disk and the logs.
    public let path: FilePath
    /// The directory with the sockets.
    public let sockets: FilePath

    /// The directory of a machine at `path`, with sockets below `runtime`.
    ///
    /// A socket's path holds 104 bytes on macOS and 108 on Linux: if `runtime` is too long for that, the sockets are in
    /// the user's own directory below `/tmp`.
    public init(path: FilePath, runtime: FilePath) {
        self.path = path
        let name = ShortHash(path.string).text
        let wanted = runtime.appending(name)
        let longest = wanted.string.utf8.count + "/channel-00.sock".utf8.count
        sockets = longest < 104 ? wanted : FilePath("/tmp/quiver-\(getuid())").appending(name)
    }

    /// The machine's description, as JSON.
    public var descriptionFile: FilePath { path.appending("machine.json") }
    /// The lock that is held as long as the machine is running.
    public var lockFile: FilePath { path.appending("lock") }
    /// The lock that is held while the machine is created as a fork; removed when that is done.
    package var makingLock: FilePath { path.appending("birth") }
    /// Whether it is a fork whose creation was interrupted: it may share its parent's identity.
    public var isInterruptedFork: Bool { HostFile.exists(makingLock) && !FileLock.isHeld(makingLock) }
    /// The lock that is held while a process has paused the guest in order to copy it; removed when it runs again.
    package var pauseLock: FilePath { path.appending("paused") }
    /// Whether the process that has paused the guest is gone.
    package var isLeftPaused: Bool { HostFile.exists(pauseLock) && !FileLock.isHeld(pauseLock) }
    /// What is known about the running process; see ``ProcessRecord``.
    public var processFile: FilePath { path.appending("process.json") }
    /// How the last process ended, written by its keeper.
    public var exitFile: FilePath { path.appending("exit") }
    /// QEMU's events, as they were received.
    public var eventsFile: FilePath { path.appending("events.log") }
    /// What QEMU wrote to its standard error.
    public var logFile: FilePath { path.appending("qemu.log") }
    /// What the guest wrote to its serial console.
    public var consoleLog: FilePath { path.appending("console.log") }
    /// The machine's disk, if Quiver created one.
    public var disk: FilePath { path.appending("disk.qcow2") }
    /// What the machine's snapshots depend on.
    var snapshotsFile: FilePath { path.appending("snapshots.json") }
    /// The cloud-init seed, if Quiver created one.
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
}
