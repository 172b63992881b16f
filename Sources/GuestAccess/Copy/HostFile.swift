import HostSupport
import LibC
import SystemPackage

/// A file on the host that is being written; it is gone again unless it is finished.
package struct HostFile: ~Copyable {
    private let path: FilePath
    private let entry: CopiedEntry
    private let name: String
    private let temporary: String
    private let directory: FileDescriptor
    private let file: FileDescriptor
    private var isFinished = false

    init(
        path: FilePath,
        entry: CopiedEntry,
        name: String,
        temporary: String,
        directory: FileDescriptor,
        file: FileDescriptor,
    ) {
        self.path = path
        self.entry = entry
        self.name = name
        self.temporary = temporary
        self.directory = directory
        self.file = file
    }

    deinit {
        if !isFinished { unlinkat(directory.rawValue, temporary, 0) }
        try? file.close()
        try? directory.close()
    }

    func append(_ bytes: [UInt8]) throws(FileFailure) {
        do {
            try file.writeAll(bytes)
        } catch {
            throw FileFailure("write", path, error as? Errno ?? .ioError)
        }
    }

    /// Gives the file its permissions, its time and its name.
    mutating func finish() throws(FileFailure) {
        try entry.apply(to: file, at: path)
        guard renameat(directory.rawValue, temporary, directory.rawValue, name) == 0 else {
            throw FileFailure("replace", path, Errno(rawValue: errno))
        }
        isFinished = true
    }
}

extension CopiedEntry {
    /// Gives a file or directory of the host the entry's permissions, without special bits, and its time.
    func apply(to file: FileDescriptor, at path: FilePath) throws(FileFailure) {
        guard fchmod(file.rawValue, mode_t(mode & 0o777)) == 0 else {
            throw FileFailure("set the permissions of", path, Errno(rawValue: errno))
        }
        let (seconds, rest) = modified.quotientAndRemainder(dividingBy: 1_000_000_000)
        var times = [timespec(), timespec()]
        for index in times.indices {
            times[index].tv_sec = time_t(rest < 0 ? seconds - 1 : seconds)
            times[index].tv_nsec = Int(rest < 0 ? rest + 1_000_000_000 : rest)
        }
        // A time that the file system cannot keep is not worth a copy's failure.
        _ = futimens(file.rawValue, times)
    }
}

extension stat {
    /// When a file was last modified, in nanoseconds since 1970.
    var modifiedNanoseconds: Int64 {
        #if canImport(Darwin)
            let time = st_mtimespec
        #else
            let time = st_mtim
        #endif
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
