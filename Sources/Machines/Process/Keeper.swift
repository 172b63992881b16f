import CPlatform
@preconcurrency import Dispatch
import HostSupport
import LibC
import Synchronization
import SystemPackage

/// The owner's end of a keeper: the small process that is QEMU's parent; see `cplatform_keeper.h`.
///
/// As long as this end is open, QEMU lives no longer than this process, unless ``release()`` was called.
final class Keeper: Sendable {
    /// What a keeper starts.
    struct Plan: Sendable {
        let program: FilePath
        let arguments: [String]
        /// The descriptors that QEMU inherits, as 3, 4, 5 and so on; the first is the machine's lock.
        let descriptors: [Int32]
        /// The keeper's end of the recorder's socket.
        let recorder: Int32
        let directory: MachineDirectory
        /// Whether to remove the machine's directory when the owner dies.
        let removesDirectory: Bool
        /// Whether QEMU only gets small memory pages.
        let avoidsHugePages: Bool
    }

    /// QEMU's process id.
    let processID: Int32
    private let end: OneTimeValue<ProcessEnd?>
    private let source: any DispatchSourceRead
    private let link: KeeperLink
    private let isReleased: ReleaseFlag

    private init(processID: Int32, keeperID: pid_t, link: KeeperLink) {
        self.processID = processID
        self.link = link
        let end = OneTimeValue<ProcessEnd?>()
        self.end = end
        let isReleased = ReleaseFlag()
        self.isReleased = isReleased
        source = DispatchSource.makeReadSource(fileDescriptor: link.descriptor.rawValue, queue: Self.queue)
        source.setEventHandler { [source] in
            let message = link.nextMessage()
            end.set(message.flatMap { ProcessEnd(message: $0) })
            // The hang-up after a last message is not always reported. A keeper that was not released must not lose the
            // link: it would remove the machine's directory while another process reads how the machine ended.
            if message == nil || isReleased.value.load(ordering: .sequentiallyConsistent) { source.cancel() }
        }
        source.setCancelHandler {
            link.close()
            // Not on the queue of all keepers: one whose QEMU hangs in the kernel does not end before that.
            BlockingCalls.begin { waitpid(keeperID, nil, 0) }
        }
        source.resume()
    }

    private static let queue = DispatchQueue(label: "quiver.keepers")

    /// Starts a keeper and, through it, QEMU.
    ///
    /// - Throws: `Errno` if the program cannot be executed or the system is out of processes.
    static func start(_ plan: Plan) async throws -> Keeper {
        try await BlockingCalls.run {
            var descriptor: Int32 = -1
            let keeperID = try plan.withCPlan { cPlan throws(Errno) in
                let id = cplatform_keeper_start(&cPlan, &descriptor)
                guard id > 0 else { throw Errno(rawValue: errno) }
                return id
            }
            let link = KeeperLink(adopting: FileDescriptor(rawValue: descriptor))
            let first = link.nextMessage()
            guard let first, first.kind == CPLATFORM_KEEPER_STARTED else {
                link.close()
                waitpid(keeperID, nil, 0)
                throw first.map { Errno(rawValue: $0.value) } ?? Errno.noChildProcess
            }
            return Keeper(processID: first.value, keeperID: keeperID, link: link)
        }
    }

    /// Waits until QEMU ends; nil if the keeper itself was killed and cannot say how QEMU ended.
    func ended() async throws -> ProcessEnd? { try await end.value() }

    /// Waits until QEMU ends, even in a cancelled task; returns whether it ended in time.
    func hasEnded(within limit: Duration) async -> Bool {
        await withoutCancellation {
            let end = try? await withDeadline(limit, waitingFor: "QEMU's end") { try await self.ended() }
            return end != nil
        }
    }

    /// How QEMU ended, if it has; the outer nil means that it has not.
    var endedAlready: ProcessEnd?? { end.current }

    /// Lets QEMU outlive this process.
    func release() {
        link.send(CPLATFORM_KEEPER_RELEASE)
        isReleased.value.store(true, ordering: .sequentiallyConsistent)
        // Otherwise the handler of QEMU's end closes the link.
        if endedAlready != nil { source.cancel() }
    }

    /// Sends QEMU SIGTERM.
    func terminate() { link.send(CPLATFORM_KEEPER_TERMINATE) }

    /// Sends QEMU SIGKILL.
    func kill() { link.send(CPLATFORM_KEEPER_KILL) }

    /// Closes this end: a machine that was not released is killed and its scope removed.
    func close() { source.cancel() }
}

/// Whether a keeper was released, for the handler of its machine's end.
private final class ReleaseFlag: Sendable {
    let value = Atomic(false)
}

extension ProcessEnd {
    fileprivate init?(message: cplatform_keeper_message) {
        switch Int(message.kind) {
        case CPLATFORM_KEEPER_EXITED: self = .exited(message.value)
        case CPLATFORM_KEEPER_KILLED: self = .killed(message.value)
        default: return nil
        }
    }
}

extension Keeper.Plan {
    /// Passes the plan in C's form for the duration of the call.
    fileprivate func withCPlan<Result>(
        _ body: (inout cplatform_keeper_plan) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        let texts = ([program.string] + arguments).map { strdup($0) } + [nil]
        let paths = [
            program, directory.logFile, directory.exitFile, directory.eventsFile, directory.path, directory.sockets,
            directory.consoleLog,
        ].map { strdup($0.string) }
        let numbers = UnsafeMutableBufferPointer<Int32>.allocate(capacity: descriptors.count)
        let list = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count)
        _ = numbers.initialize(from: descriptors)
        _ = list.initialize(from: texts)
        defer {
            for text in texts + paths { free(text) }
            numbers.deallocate()
            list.deallocate()
        }
        var plan = cplatform_keeper_plan()
        plan.path = UnsafePointer(paths[0])
        plan.arguments = UnsafePointer(list.baseAddress)
        plan.descriptors = UnsafePointer(numbers.baseAddress)
        plan.descriptor_count = Int32(numbers.count)
        plan.log_path = UnsafePointer(paths[1])
        plan.exit_path = UnsafePointer(paths[2])
        plan.recorder = recorder
        plan.events_path = UnsafePointer(paths[3])
        plan.scope_path = removesDirectory ? UnsafePointer(paths[4]) : nil
        plan.second_scope_path = UnsafePointer(paths[5])
        plan.console_log_path = UnsafePointer(paths[6])
        plan.avoids_huge_pages = avoidsHugePages ? 1 : 0
        return try body(&plan)
    }
}
