import LibC
public import SystemPackage

/// An exclusive lock on a file, held until the value is destroyed or the process ends, however it ends.
///
/// The lock is an `flock(2)`: it belongs to the open file, so it cannot become stale. The holder's process id and its
/// note are written into the file, so that others can see who holds the lock.
public struct FileLock: ~Copyable, Sendable {
    private let file: FileDescriptor

    private init(holding file: FileDescriptor) {
        self.file = file
    }

    /// Takes the lock at once, or returns nil if another process holds it.
    public static func take(_ path: FilePath) throws(FileFailure) -> FileLock? {
        let file: FileDescriptor
        do {
            file = try .open(path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        } catch {
            throw FileFailure("open the lock", path, error as? Errno ?? .ioError)
        }
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let reason = Errno(rawValue: errno)
            try? file.close()
            if reason == .wouldBlock { return nil }
            throw FileFailure("lock", path, reason)
        }
        guard isStill(path, file) else {
            // The previous holder has removed it meanwhile: other processes will use a new file.
            try? file.close()
            return try take(path)
        }
        _ = ftruncate(file.rawValue, 0)
        _ = try? file.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
        return FileLock(holding: file)
    }

    /// Whether the open file is still the one at the path.
    private static func isStill(_ path: FilePath, _ file: FileDescriptor) -> Bool {
        var (named, opened) = (stat(), stat())
        return stat(path.string, &named) == 0 && fstat(file.rawValue, &opened) == 0
            && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    /// Removes a lock's file unless the lock is held; the next holder creates the file again.
    ///
    /// - Parameter cleaning: What else to remove meanwhile. It is not called if the lock is held.
    public static func reap(
        _ path: FilePath,
        cleaning: () throws(FileFailure) -> Void = {},
    ) throws(FileFailure) {
        guard let lock = try take(path) else { return }
        try cleaning()
        unlink(path.string)
        _ = consume lock
    }

    /// Writes a note next to the holder's process id; the next holder erases it.
    package func note(_ word: String) {
        _ = try? file.writeAll(toAbsoluteOffset: 0, "\(getpid()) \(word)\n".utf8)
    }

    /// The note of the last holder, see ``note(_:)``; nil if there is none.
    package static func note(in path: FilePath) -> String? {
        guard let words = try? WholeFile.readText(path).split(whereSeparator: \.isWhitespace), words.count == 2 else {
            return nil
        }
        return String(words[1])
    }

    /// The holder's process id; nil if the lock was never taken.
    public static func holder(of path: FilePath) -> Int32? {
        guard let text = try? WholeFile.readText(path) else { return nil }
        return Int32(text.prefix { $0.isNumber })
    }

    /// Waits for the lock by polling, because `flock` has no timeout.
    ///
    /// - Throws: ``DeadlineExceeded`` that names the holder; ``FileFailure``; `CancellationError`.
    public static func acquire(_ path: FilePath, within limit: Duration) async throws -> FileLock {
        let end = ContinuousClock.now + limit
        while true {
            if let lock = try take(path) { return lock }
            guard ContinuousClock.now < end else {
                let holder = holder(of: path).map { "process \($0)" } ?? "another process"
                throw DeadlineExceeded(limit: limit, waitedFor: "\(holder) to release \(path)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The locked file; a process that inherits it also holds the lock, until it ends.
    package var descriptor: FileDescriptor { file }

    /// Whether the lock is held at this moment.
    package static func isHeld(_ path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) else {
            return false
        }
        defer { try? file.close() }
        // A shared lock, so that several processes that check do not see each other; one that takes the lock meanwhile
        // must try again.
        guard flock(file.rawValue, LOCK_SH | LOCK_NB) == 0 else { return true }
        // Only closing it would leave the lock with a child that was just forked, until the child executes its program.
        flock(file.rawValue, LOCK_UN)
        return false
    }

    deinit {
        try? file.close()
    }
}
