/// The exit statuses of `quiver`, with the numbers of `sysexits.h`.
enum ExitStatus: Int32, Error {
    case done = 0
    /// The operation failed.
    case failed = 1
    /// The command line is wrong.
    case usage = 64
    /// Something that the command needs is missing: QEMU, a tool, an accelerator.
    case unavailable = 69
    /// An internal error in Quiver.
    case software = 70
    /// An output file or directory cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed, for example because the disk is full.
    case inputOutput = 74
    /// A timeout expired; trying again may work.
    case temporary = 75
    /// The user pressed Ctrl-C.
    case interrupted = 130
}
