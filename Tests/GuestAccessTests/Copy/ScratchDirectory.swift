import GuestAccess
import HostSupport
import HostTools
import LibC
import SystemPackage

/// A directory of a test's own, removed afterwards.
struct ScratchDirectory {
    let path: FilePath

    static func with(_ body: (ScratchDirectory) async throws -> Void) async throws {
        let directory = ScratchDirectory(path: FilePath("/tmp/quiver-test-copy-\(UInt64.random(in: 0 ... .max))"))
        try Directory.create(directory.path)
        try await withCleanup {
            try await body(directory)
        } cleanup: {
            // Trees with read-only directories are among them.
            _ = try? await ToolRun.run("chmod", ["-R", "u+rwx", directory.path.string])
            try? Directory.removeTree(directory.path)
        }
    }

    func write(_ text: String, _ name: String, mode: mode_t = 0o644) throws {
        let file = path.appending(name)
        try Directory.create(file.removingLastComponent())
        try WholeFile.write(text.utf8, to: file)
        chmod(file.string, mode)
    }

    /// A tree as lines of name, kind, permissions, time and what else tells it from another.
    func lines(_ name: String) -> [String] {
        lines(path.appending(name), "")
    }

    private func lines(_ directory: FilePath, _ prefix: String) -> [String] {
        Directory.names(in: directory).flatMap { own in
            let path = directory.appending(own)
            var status = stat()
            guard lstat(path.string, &status) == 0 else { return ["\(prefix)\(own) missing"] }
            let mode = String(status.st_mode & 0o7777, radix: 8)
            #if canImport(Darwin)
                let time = status.st_mtimespec.tv_sec
            #else
                let time = status.st_mtim.tv_sec
            #endif
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return ["\(prefix)\(own)/ \(mode) \(time)"] + lines(path, "\(prefix)\(own)/")
            case S_IFLNK: return ["\(prefix)\(own) link \(target(path))"]
            case S_IFREG: return ["\(prefix)\(own) \(mode) \(time) \((try? WholeFile.readText(path)) ?? "unreadable")"]
            default: return ["\(prefix)\(own) special"]
            }
        }
    }

    private func target(_ link: FilePath) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = max(0, readlink(link.string, &buffer, buffer.count))
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// An endpoint that nobody answers at.
    static let nowhere = SSHEndpoint(
        guest: "vm",
        port: 1,
        user: "nobody",
        identity: "/nonexistent",
        knownHosts: "/nonexistent",
        hostKeyAlias: "vm",
    )
}
