import CPlatform
@preconcurrency import Dispatch
import HostSupport
import LibC
import SystemPackage

// Inside the class, the name is that of a method.
private let systemPoll = poll

/// Runs tasks on a connection's receiving thread, between messages.
///
/// A task that waits for a reply then continues where the reply was received, and no other thread has to wake up for
/// it. The thread waits for bytes and for tasks at the same time: it polls the socket and the pipe that wakes it.
final class QMPThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether the thread polls, or is about to: adding a job must then wake it.
        var isPolling = false
        var isInterrupted = false
        /// Set when the thread is about to end: later tasks run elsewhere.
        var isOver = false
    }

    private let state = Locked(State())
    private let reading: Int32
    private let writing: Int32

    init() throws(Errno) {
        var (reading, writing): (Int32, Int32) = (-1, -1)
        guard cplatform_wake_pipe(&reading, &writing) == 0 else { throw Errno(rawValue: errno) }
        self.reading = reading
        self.writing = writing
    }

    deinit {
        close(reading)
        close(writing)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (isOver, isPolling) = state.withLock { state in
            if !state.isOver { state.jobs.append(job) }
            defer { state.isPolling = false }
            return (state.isOver, state.isPolling)
        }
        if isOver {
            let executor = asUnownedTaskExecutor()
            DispatchQueue.global().async { [self] in
                withExtendedLifetime(self) { job.runSynchronously(on: executor) }
            }
        } else if isPolling {
            wake()
        }
    }

    /// Makes ``run(untilReadable:deadline:)`` return, now or when it is called next.
    func interrupt() {
        let isPolling = state.withLock { state in
            state.isInterrupted = true
            defer { state.isPolling = false }
            return state.isPolling
        }
        if isPolling { wake() }
    }

    private func wake() {
        var byte: UInt8 = 0
        // A full pipe wakes the thread just as well.
        _ = write(writing, &byte, 1)
    }

    /// Runs tasks until the socket can be read, ``interrupt()`` is called, or the deadline has passed.
    ///
    /// - Parameter descriptor: The socket; nil only waits for the other two.
    func run(untilReadable descriptor: Int32?, deadline: ContinuousClock.Instant? = nil) {
        let executor = asUnownedTaskExecutor()
        var jobs: [UnownedJob] = []
        while true {
            jobs.removeAll(keepingCapacity: true)
            let isInterrupted = state.withLock { state in
                swap(&state.jobs, &jobs)
                defer { state.isInterrupted = false }
                state.isPolling = jobs.isEmpty && !state.isInterrupted
                return state.isInterrupted
            }
            for job in jobs { job.runSynchronously(on: executor) }
            if isInterrupted { return }
            // Busy tasks must not prevent the thread from receiving.
            let isReadable = poll(descriptor, timeout: jobs.isEmpty ? Self.milliseconds(until: deadline) : 0)
            if isReadable || deadline.map({ ContinuousClock.now >= $0 }) ?? false {
                state.withLock { $0.isPolling = false }
                return
            }
        }
    }

    /// Waits for the socket and for the pipe, which it empties.
    /// - Returns: Whether the socket can be read, or has ended.
    private func poll(_ descriptor: Int32?, timeout: Int32) -> Bool {
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { both in
            both.initializeElement(at: 0, to: pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0))
            both.initializeElement(at: 1, to: pollfd(fd: reading, events: Int16(POLLIN), revents: 0))
            guard systemPoll(both.baseAddress, 2, timeout) > 0 else { return false }
            if both[1].revents != 0 { emptyPipe() }
            return both[0].revents != 0
        }
    }

    /// Runs the remaining tasks; later ones run on Dispatch's threads.
    func end() {
        let executor = asUnownedTaskExecutor()
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                state.isPolling = false
                state.isOver = state.jobs.isEmpty
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: executor) }
        }
    }

    private func emptyPipe() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(reading, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }

    /// For poll: rounded up, so that it does not return a moment before the deadline; -1 for none.
    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let rest = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
        return Int32(max(0, min(rest.rounded(.up), 86_400_000)))
    }
}
