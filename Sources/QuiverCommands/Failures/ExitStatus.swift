/// How a command ends, by the numbers that `sysexits.h` gave them.
enum ExitStatus: Int32, Error {
    case done = 0
    /// What was asked for failed.
    case failed = 1
    /// The command line is wrong.
    case usage = 64
    /// Something that the command needs is missing: QEMU, a tool, an accelerator.
    case unavailable = 69
    /// A fault of Quiver's own.
    case software = 70
    /// An output file or folder cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed, as when the disk is full.
    case inputOutput = 74
    /// A wait ran out of time; trying again may work.
    case temporary = 75
    /// The user pressed Ctrl-C.
    case interrupted = 130
}
