import HostSupport
import HostTools
import LibC
import Quantities
import SystemPackage

/// A small disk of the host's own, to be filled: a file system in memory, which only root can mount.
struct TinyDisk: Sendable {
    let directory: FilePath
    private let size: ByteCount

    /// Runs the body with a disk of the given size and takes it away afterwards.
    static func with<Value>(_ size: ByteCount, _ body: (TinyDisk) async throws -> Value) async throws -> Value {
        let directory = FilePath("/tmp/quiver-tiny-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(directory)
        #if os(macOS)
            try await asRoot("mount_tmpfs", "-s", "\(size.bytes)", directory.string)
        #else
            try await asRoot("mount", "-t", "tmpfs", "-o", "size=\(size.bytes),mode=0700", "none", directory.string)
        #endif
        return try await withCleanup {
            try await asRoot("chown", "\(getuid())", directory.string)
            return try await body(TinyDisk(directory: directory, size: size))
        } cleanup: {
            // By force: a process that was killed may have its files open for a moment yet.
            #if os(macOS)
                try? await asRoot("umount", "-f", directory.string)
            #else
                try? await asRoot("umount", "--lazy", directory.string)
            #endif
            try? Directory.removeTree(directory)
        }
    }

    private static func asRoot(_ words: String...) async throws {
        let words = geteuid() == 0 ? words : ["sudo", "-n"] + words
        let outcome = try await ToolRun.run(words[0], Array(words.dropFirst()))
        guard outcome.isSuccess else { throw TinyDiskFailed(reason: outcome.lastWords) }
    }

    private var filler: FilePath { directory.appending("filler") }

    var free: ByteCount {
        get throws {
            var status = statvfs()
            guard statvfs(directory.string, &status) == 0 else { throw Errno(rawValue: errno) }
            return ByteCount(UInt64(status.f_bavail) * UInt64(status.f_frsize))
        }
    }

    /// Takes all room but so much.
    func fill(leaving rest: ByteCount = .zero) throws {
        let file = try FileDescriptor.open(
            filler,
            .writeOnly,
            options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite],
        )
        try file.closeAfter {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            while case let room = try free, room > rest {
                do {
                    try file.writeAll(zeros.prefix(Int(min(room.bytes - rest.bytes, 1 << 20))))
                } catch Errno.noSpace {
                    return
                }
            }
        }
    }

    /// Takes all room but a little, at once where the system can make a disk smaller, else as fast as can be written.
    func runOut() async throws {
        #if os(Linux)
            // Who writes meanwhile may need more than is left to it: then the disk cannot become so small.
            for rest in [1, 4, 16] as [UInt64] {
                let used = try size.bytes - free.bytes
                let options = "remount,size=\(used + rest << 20)"
                if (try? await Self.asRoot("mount", "-o", options, directory.string)) != nil { return }
            }
        #endif
        try fill(leaving: .mebibytes(1))
    }

    /// Gives the room back that ``runOut()`` took.
    func recover() async throws {
        #if os(Linux)
            try await Self.asRoot("mount", "-o", "remount,size=\(size.bytes)", directory.string)
        #endif
        try empty()
    }

    /// Gives the room back that ``fill(leaving:)`` took.
    func empty() throws {
        try Directory.removeTree(filler)
    }
}

struct TinyDiskFailed: Error, CustomStringConvertible {
    let reason: String

    var description: String { "a small disk cannot be mounted, for which one has to be root: \(reason)" }
}
