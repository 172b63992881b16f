public import HostSupport
import LibC
public import Logging
import SystemPackage

/// The machines of one home: a directory for each name, with everything to start, find and remove the machine.
public struct MachineStore: Sendable {
    /// The home that the machines belong to.
    public let home: QuiverHome
    let logger: Logger

    /// The machines below a home; nothing is created until the first machine is.
    public init(home: QuiverHome = .current, logger: Logger = Logger(label: "quiver.machines")) {
        self.home = home
        self.logger = logger
    }

    /// The directory of the machine with this name, whether or not it exists.
    public func directory(of name: String) -> MachineDirectory {
        MachineDirectory(path: home.machines.appending(name), runtime: home.runtime)
    }

    /// The names of all machines, sorted.
    public var names: [String] {
        Directory.names(in: home.machines).filter { HostFile.isDirectory(home.machines.appending($0)) }
    }

    /// Creates a machine without starting it.
    ///
    /// - Parameter describe: Creates the machine's files in the given directory and returns its description.
    ///   If it throws, the directory is removed again.
    /// - Throws: ``MachineError`` with code `exists` if there is a machine with this name.
    public func create(
        _ name: String,
        describe: (MachineDirectory) async throws -> MachineDescription,
    ) async throws -> MachineDirectory {
        try Self.check(name: name)
        let directory = directory(of: name)
        try checkOwn(directory, name: name)
        try claim(directory, name: name)
        do {
            // Held while it is created: a directory with no description and no lock holder is an incomplete machine.
            guard let lock = try await directory.takeLock() else { throw busy(name) }
            let description = try await describe(directory)
            try description.check(named: name)
            try MachineFile.write(description, to: directory.descriptionFile, machine: name)
            _ = consume lock
            return directory
        } catch {
            try? Directory.removeTree(directory.path)
            throw error
        }
    }

    /// The description of the machine with this name.
    public func description(of name: String) throws(MachineError) -> MachineDescription {
        try Self.check(name: name)
        let directory = directory(of: name)
        guard HostFile.isDirectory(directory.path) else { throw missing(name) }
        try checkOwn(directory, name: name)
        guard let value = try MachineFile.read(MachineDescription.self, from: directory.descriptionFile, machine: name)
        else {
            throw MachineError(
                .fileFailed,
                machine: name,
                "its directory has no description; remove it with `quiver rm \(name)`",
            )
        }
        return value
    }

    /// Makes sure that no other user decides what is in a machine's directory: its description names files that QEMU
    /// opens, and arguments that it gets.
    private func checkOwn(_ directory: MachineDirectory, name: String) throws(MachineError) {
        do {
            try Directory.checkOwn(home.machines)
            try Directory.checkOwn(directory.path)
        } catch {
            throw .file(error, machine: name)
        }
    }

    /// Removes a stopped machine, with its disk and its logs.
    ///
    /// - Throws: ``MachineError`` with code `alreadyRunning` or `notFound`.
    public func remove(_ name: String) async throws {
        try Self.check(name: name)
        let directory = directory(of: name)
        guard HostFile.isDirectory(directory.path) else { throw missing(name) }
        do {
            // Held to the end, so that nobody can start the machine while its files are removed.
            guard let lock = try await directory.takeLock() else {
                throw MachineError(
                    .alreadyRunning,
                    machine: name,
                    "running, or in use by another command; stop it first with `quiver stop \(name)`"
                )
            }
            try Directory.removeTree(directory.sockets)
            try Directory.removeTree(directory.path)
            _ = consume lock
        } catch let error as FileFailure {
            throw MachineError.file(error, machine: name)
        }
    }

    /// Creates the machine's directory, which succeeds for only one of several concurrent callers.
    private func claim(_ directory: MachineDirectory, name: String) throws(MachineError) {
        do throws(FileFailure) {
            try Directory.create(home.machines)
            guard mkdir(directory.path.string, 0o700) == 0 else {
                throw FileFailure("create the directory", directory.path, Errno(rawValue: errno))
            }
        } catch  where error.reason == .fileExists {
            throw MachineError(
                .exists,
                machine: name,
                "already exists; start it with `quiver start \(name)` (no creation options), choose another name, or "
                    + "remove it with `quiver rm \(name)`",
            )
        } catch {
            throw .file(error, machine: name)
        }
    }

    func busy(_ name: String) -> MachineError {
        let holder = FileLock.holder(of: directory(of: name).lockFile).map { "process \($0)" } ?? "another process"
        return MachineError(
            .notRunning,
            machine: name,
            "\(holder) is creating or starting it, or working on its disks; try again when that is done",
        )
    }

    func missing(_ name: String) -> MachineError {
        MachineError(.notFound, machine: name, "not found in \(home.machines); see `quiver ls`")
    }

    /// Names become directory names and appear in commands: only letters, digits, `.`, `_` and `-` are allowed.
    package static func check(name: String) throws(MachineError) {
        let isPossible =
            name.utf8.count <= 64 && name.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } == true
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        guard isPossible else {
            throw MachineError(
                .invalidDescription,
                machine: "`\(name.count > 40 ? "\(name.prefix(40))..." : name)`",
                "not a valid name; use up to 64 letters, digits, `.`, `_` and `-`, the first a letter or digit",
            )
        }
    }
}
