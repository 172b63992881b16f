import LibC

/// A value behind a lock.
///
/// Uses pthread's mutex instead of Synchronization's: on Linux, the thread sanitizer only understands the former and
/// reports every access behind the latter as a race. It also waits in the kernel, where the latter spins first.
public final class Locked<Value>: @unchecked Sendable {
    // Unchecked: `value` is only accessed between pthread_mutex_lock and pthread_mutex_unlock.
    private var value: Value
    /// Allocated, because a mutex must not change its address.
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

    /// Runs `body` with exclusive access to the value; it must not lock the same value again, nor wait for anything.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
