#if os(Linux)
    import HostSupport
    import Quantities
    import SystemPackage

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// A small disk of the host's own, to be filled: a file system in memory, which only root can mount.
    struct TinyDisk: Sendable {
        let folder: FilePath

        /// Runs the body with a disk of the given size and takes it away afterwards.
        static func with<Value>(_ size: ByteCount, _ body: (TinyDisk) async throws -> Value) async throws -> Value {
            let folder = FilePath("/tmp/quiver-tiny-\(UInt32.random(in: 0 ... .max))")
            try Folder.create(folder)
            let options = "size=\(size.bytes),mode=0700,uid=\(getuid())"
            try await asRoot("mount", "-t", "tmpfs", "-o", options, "none", folder.string)
            return try await withCleanup {
                try await body(TinyDisk(folder: folder))
            } cleanup: {
                // Lazily: a process that was killed may have its files open for a moment yet.
                try? await asRoot("umount", "--lazy", folder.string)
                try? Folder.removeTree(folder)
            }
        }

        private static func asRoot(_ words: String...) async throws {
            let words = geteuid() == 0 ? words : ["sudo", "-n"] + words
            let outcome = try await ToolRun.run(words[0], Array(words.dropFirst()))
            guard outcome.isSuccess else { throw TinyDiskFailed(reason: outcome.lastWords) }
        }

        private var filler: FilePath { folder.appending("filler") }

        var free: ByteCount {
            get throws {
                var status = statvfs()
                guard statvfs(folder.string, &status) == 0 else { throw Errno(rawValue: errno) }
                return ByteCount(UInt64(status.f_bavail) * UInt64(status.f_frsize))
            }
        }

        /// Takes all room but so much, at once.
        func fill(leaving rest: ByteCount = .zero) throws {
            let file = try FileDescriptor.open(filler, .writeOnly, options: [.create], permissions: [.ownerReadWrite])
            try file.closeAfter {
                let free = try free
                guard free > rest else { return }
                var status = stat()
                fstat(file.rawValue, &status)
                let result = posix_fallocate(file.rawValue, status.st_size, off_t(free.bytes - rest.bytes))
                guard result == 0 else { throw Errno(rawValue: result) }
            }
        }

        /// Gives the room back that ``fill(leaving:)`` took.
        func empty() throws {
            try Folder.removeTree(filler)
        }
    }

    struct TinyDiskFailed: Error, CustomStringConvertible {
        let reason: String

        var description: String { "a small disk cannot be mounted, for which one has to be root: \(reason)" }
    }
#endif
