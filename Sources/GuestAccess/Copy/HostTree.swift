import HostSupport
import LibC
import Quantities
import SystemPackage

/// A directory on the host that is filled from a guest.
///
/// Every name is opened component by component from the directory's descriptor, and no link is followed, so that
/// nothing lands outside: neither through a link that the guest sent nor through one that was there before.
struct HostTree: ~Copyable {
    let path: FilePath
    private let root: FileDescriptor

    /// Opens a directory that exists, by a path that is the user's own and may contain links.
    init(_ path: FilePath) throws(FileFailure) {
        self.path = path
        do {
            root = try .open(path, .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw FileFailure("open the directory", path, error as? Errno ?? .ioError)
        }
    }

    deinit {
        try? root.close()
    }

    /// What is left on the disk for this user.
    func freeSpace() throws(FileFailure) -> ByteCount {
        var facts = statvfs()
        guard fstatvfs(root.rawValue, &facts) == 0 else { throw failure("get the free space of", "") }
        return ByteCount(UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
    }

    /// Makes a directory and those around it, where they are missing.
    func makeDirectory(_ name: String) throws(FileFailure) {
        let directory = try open(name.split(separator: "/").map(String.init), making: true, for: name)
        defer { try? directory.close() }
        var status = stat()
        guard fstat(directory.rawValue, &status) == 0 else { throw failure("examine", name) }
        // One from an earlier copy may be read-only; it gets its permissions again at the end.
        if status.st_mode & 0o700 != 0o700 { _ = fchmod(directory.rawValue, status.st_mode & 0o777 | 0o700) }
    }

    /// Gives a directory its permissions and time, when all that is in it has been written.
    func finishDirectory(_ entry: CopiedEntry) throws(FileFailure) {
        let directory = try open(entry.name.split(separator: "/").map(String.init), making: false, for: entry.name)
        defer { try? directory.close() }
        try entry.apply(to: directory, at: path.appending(entry.name))
    }

    /// Makes a link, in place of a file or link of that name.
    func makeLink(_ name: String, to target: String) throws {
        try within(name) { directory, own in
            let temporary = Self.temporaryName()
            guard symlinkat(target, directory.rawValue, temporary) == 0 else { throw failure("create the link", name) }
            try rename(temporary, to: own, in: directory, for: name)
        }
    }

    /// Begins a file, which gets its name when it is complete and replaces a file or link of that name.
    func createFile(_ entry: CopiedEntry) throws(FileFailure) -> HostFile {
        var components = entry.name.split(separator: "/").map(String.init)
        let own = components.popLast() ?? ""
        let directory = try open(components, making: true, for: entry.name)
        let temporary = Self.temporaryName()
        let number = openat(directory.rawValue, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            let failure = failure("create", entry.name)
            try? directory.close()
            throw failure
        }
        return HostFile(
            path: path.appending(entry.name),
            entry: entry,
            name: own,
            temporary: temporary,
            directory: directory,
            file: FileDescriptor(rawValue: number),
        )
    }

    /// A file's size and time; nil for what is missing or not a file.
    func file(_ name: String) -> (size: Int64, modified: Int64)? {
        var found: (Int64, Int64)?
        try? within(name, making: false) { directory, own in
            var status = stat()
            guard fstatat(directory.rawValue, own, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { return }
            found = (Int64(status.st_size), status.modifiedNanoseconds)
        }
        return found
    }

    /// Gives a file that is there already its permissions.
    func setPermissions(_ entry: CopiedEntry) throws {
        try within(entry.name) { directory, own in
            let number = openat(directory.rawValue, own, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            // One that its owner cannot read keeps what it has.
            guard number >= 0 else { return }
            let file = FileDescriptor(rawValue: number)
            defer { try? file.close() }
            try entry.apply(to: file, at: path.appending(entry.name))
        }
    }

    private func within(
        _ name: String,
        making: Bool = true,
        _ body: (_ directory: FileDescriptor, _ own: String) throws -> Void,
    ) throws {
        var components = name.split(separator: "/").map(String.init)
        guard let own = components.popLast() else { throw FileFailure("write", path, .invalidArgument) }
        let directory = try open(components, making: making, for: name)
        defer { try? directory.close() }
        try body(directory, own)
    }

    private func open(
        _ components: [String],
        making: Bool,
        for name: String,
    ) throws(FileFailure) -> FileDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var number = openat(root.rawValue, ".", flags)
        guard number >= 0 else { throw failure("open", name) }
        for component in components {
            let outer = FileDescriptor(rawValue: number)
            defer { try? outer.close() }
            if making, mkdirat(number, component, 0o777) != 0, errno != EEXIST {
                throw failure("create the directory of", name)
            }
            number = openat(outer.rawValue, component, flags)
            guard number >= 0 else { throw failure("write through a link or a file that is not a directory:", name) }
        }
        return FileDescriptor(rawValue: number)
    }

    private func rename(
        _ temporary: String,
        to own: String,
        in directory: FileDescriptor,
        for name: String,
    ) throws(FileFailure) {
        guard renameat(directory.rawValue, temporary, directory.rawValue, own) == 0 else {
            let failure = failure("replace", name)
            unlinkat(directory.rawValue, temporary, 0)
            throw failure
        }
    }

    private func failure(_ action: String, _ name: String) -> FileFailure {
        FileFailure(action, path.appending(name), Errno(rawValue: errno))
    }

    private static func temporaryName() -> String { ".quiver-\(UInt64.random(in: 0 ... .max)).part" }
}
