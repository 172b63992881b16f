import LibC

/// A value behind a lock.
///
/// Over pthread's mutex and not Synchronization's: the thread sanitizer knows the former, and takes every access behind
/// the latter for a race on Linux. It also waits in the kernel where the latter spins first.
public final class Locked<Value>: @unchecked Sendable {
    // Unchecked: `value` is touched between pthread_mutex_lock and pthread_mutex_unlock only.
    private var value: Value
    /// Of its own address, which a mutex may not change.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// Puts a value behind a lock of its own.
    public init(_ value: sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with the value to itself; it may not lock the same value again, nor wait for anything.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
