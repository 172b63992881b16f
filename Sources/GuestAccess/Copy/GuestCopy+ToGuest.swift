import HostSupport
import Quantities
public import SystemPackage
import WireJSON

extension GuestCopy {
    /// Copies files or directories to the guest, with their permissions, times and links.
    ///
    /// A link that is named itself is followed. Devices, pipes and sockets are left out.
    ///
    /// - Parameters:
    ///   - destination: A path in the guest: a directory that the sources are copied into, made if missing; or the new
    ///     name of a single file. Relative ones start in the user's home; a slash at its end says that it is a
    ///     directory.
    public func upload(_ sources: [HostSource], to destination: String) async throws {
        guard let helper else { return try await rsyncOnly().upload(sources, to: destination, asRoot: user == nil) }
        var send = Send()
        for source in sources { try await add(source, to: &send) }
        let trimmed = Self.withoutSlash(destination)
        let there = try await find(helper, [trimmed], patterns: false, follows: true)
        let existing = there.found.first?.first
        let isNamed = existing != nil && existing?.entry.isDirectory == false
        let intoDirectory =
            existing?.entry.isDirectory == true || Self.takesContents(destination) || sources.count > 1
            || send.hasDirectory
        if intoDirectory && isNamed { throw failure("to \(destination): it is not a directory") }
        send.base = existing?.path ?? Self.absolute(trimmed, in: there.start)
        if !intoDirectory {
            // A single file, under another name.
            let parts = Self.split(send.base)
            send.base = parts.directory
            send.items = send.items.map { Send.Item(path: $0.path, entry: $0.entry.renamed(parts.name)) }
        }
        if send.followsNothing, let ssh = try await rsync(size: send.size, paths: [destination]) {
            onProgress(ProgressUpdate("copy \(ByteCount(UInt64(clamping: send.size))) to \(guest) by rsync"))
            try await ssh.waitUntilReachable(within: limits.step, isProvisioned: true)
            return try await ssh.upload(sources, to: destination, asRoot: user == nil)
        }
        try await run(send, makesBase: intoDirectory, helper)
    }

    /// Makes a directory in the guest like one on the host, moving only what differs.
    ///
    /// - Parameters:
    ///   - source: The directory on the host.
    ///   - destination: The directory in the guest; relative paths start in the user's home. It is made if missing.
    ///   - deletesOthers: Whether files in the guest that the host does not have are removed; excluded ones stay.
    public func synchronize(
        _ source: FilePath,
        to destination: String,
        selecting selection: FileSelection = FileSelection(),
        deletesOthers: Bool = true,
    ) async throws {
        guard let helper else {
            return try await rsyncOnly().synchronize(
                source,
                to: destination,
                selecting: selection,
                deletesOthers: deletesOthers,
                asRoot: user == nil,
            )
        }
        let filter = FileFilter(selection)
        let wanted = try await BlockingCalls.run { try HostWalk.entries(below: source, selecting: filter) }
        let there = try await find(helper, [destination], patterns: false, follows: true)
        var known: [CopiedEntry] = []
        if let top = there.found.first?.first, top.entry.isDirectory {
            known = try await list(helper, top.path) { filter.excludes($0.name, isDirectory: $0.isDirectory) }.entries
        }
        let change = TreeChange(from: known, to: wanted)
        var send = Send()
        send.base = there.found.first?.first?.path ?? Self.absolute(destination, in: there.start)
        send.keepsDirectoryTimes = false
        if deletesOthers { send.removed = change.removed }
        send.adjusted = change.adjusted
        for entry in change.written {
            send.append(Send.Item(path: source.appending(entry.name), entry: entry))
        }
        if let ssh = try await rsync(size: send.size, paths: [destination]) {
            onProgress(ProgressUpdate("copy \(ByteCount(UInt64(clamping: send.size))) to \(guest) by rsync"))
            try await ssh.waitUntilReachable(within: limits.step, isProvisioned: true)
            return try await ssh.synchronize(
                source,
                to: destination,
                selecting: selection,
                deletesOthers: deletesOthers,
                asRoot: user == nil,
            )
        }
        try await run(send, makesBase: true, helper)
    }

    /// A copy to the guest that has been listed.
    struct Send: Sendable {
        struct Item: Sendable {
            /// On the host.
            let path: FilePath
            /// Named relative to ``Send/base``.
            let entry: CopiedEntry
        }

        /// A directory in the guest.
        var base = ""
        var items: [Item] = []
        /// What is removed before, each directory after what is in it.
        var removed: [String] = []
        /// What only gets other permissions.
        var adjusted: [CopiedEntry] = []
        var size: Int64 = 0
        var hasDirectory = false
        var keepsDirectoryTimes = true
        /// Whether no source is a link that stands for what it leads to, which rsync would not do.
        var followsNothing = true

        mutating func append(_ item: Item) {
            items.append(item)
            size += min(item.entry.size, .max - size)
        }
    }

    /// Lists a source, and adds it with what is in it.
    private func add(_ source: HostSource, to send: inout Send) async throws {
        let path = source.path
        guard let top = HostWalk.entry(at: path, named: "", follows: true) else {
            throw failure("\(path): not found")
        }
        guard top.isDirectory || top.isFile else { throw failure("\(path): neither a file nor a directory") }
        if HostWalk.entry(at: path, named: "")?.isLink == true { send.followsNothing = false }
        let name = path.absolute.lastComponent?.string ?? ""
        let takesContents = top.isDirectory && (source.takesContents || name.isEmpty)
        if !takesContents { send.append(Send.Item(path: path, entry: top.renamed(name))) }
        guard top.isDirectory else { return }
        send.hasDirectory = true
        for entry in try await BlockingCalls.run({ try HostWalk.entries(below: path, selecting: nil) }) {
            let renamed = takesContents ? entry : entry.renamed("\(name)/\(entry.name)")
            send.append(Send.Item(path: path.appending(entry.name), entry: renamed))
        }
    }

    private func run(_ send: Send, makesBase: Bool, _ helper: GuestHelper) async throws {
        var steps = CopySteps(base: send.base)
        var progress = CopyProgress(
            task: "copy to \(guest)",
            total: UInt64(clamping: send.size),
            report: onProgress,
        )
        if makesBase { steps.add("destination", "") }
        for name in send.removed {
            steps.add("remove", name)
            try await flush(&steps, helper, &progress, isLast: false)
        }
        for item in send.items {
            try Task.checkCancellation()
            let entry = item.entry
            switch entry.kind {
            case .directory: steps.add("folder", entry.name)
            case .link(let target): steps.add("link", entry.name, ["target": .string(target)])
            case .special, .unnameable:
                let reason = entry.objection ?? "it cannot be copied"
                onNote("\(CopiedEntry.shown(item.path.string)) is left out: \(reason)")
            case .file: try await sendFile(item, &steps, helper, &progress)
            }
            try await flush(&steps, helper, &progress, isLast: false)
        }
        // Only now: a directory may be one that its owner cannot write to.
        let directories = send.items.lazy.map(\.entry).filter(\.isDirectory)
        for entry in Array(directories).reversed() + send.adjusted {
            var facts: JSONObject = ["mode": .integer(Int64(entry.mode))]
            if entry.isDirectory && send.keepsDirectoryTimes { facts.set("modified", entry.modified) }
            steps.add("attributes", entry.name, facts)
            try await flush(&steps, helper, &progress, isLast: false)
        }
        try await flush(&steps, helper, &progress, isLast: true)
    }

    /// Adds a file to the steps, in parts that one step can move.
    private func sendFile(
        _ item: Send.Item,
        _ steps: inout CopySteps,
        _ helper: GuestHelper,
        _ progress: inout CopyProgress,
    ) async throws {
        let file: FileDescriptor
        do {
            file = try .open(item.path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw FileFailure.reading(item.path, error as? Errno ?? .ioError)
        }
        defer { try? file.close() }
        var offset: Int64 = 0
        while true {
            try Task.checkCancellation()
            let bytes = try Self.read(file, item.path)
            let isLast = bytes.count < Self.stepSize
            var facts: JSONObject = ["offset": .integer(offset), "data": .string(Base64.encoded(bytes))]
            if isLast {
                facts["is_last"] = true
                facts["mode"] = .integer(Int64(item.entry.mode))
                facts["modified"] = .integer(item.entry.modified)
            }
            steps.add("part", item.entry.name, facts, size: bytes.count)
            offset += Int64(bytes.count)
            try await flush(&steps, helper, &progress, isLast: false)
            if isLast { return }
        }
    }

    /// As many bytes as one step moves, fewer at the file's end.
    private static func read(_ file: FileDescriptor, _ path: FilePath) throws(FileFailure) -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: stepSize) { buffer, count in
                while count < stepSize {
                    let room = UnsafeMutableRawBufferPointer(buffer)[count..<stepSize]
                    let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: room))
                    if read == 0 { return }
                    count += read
                }
            }
        } catch {
            throw FileFailure.reading(path, error as? Errno ?? .ioError)
        }
    }

    /// Has the helper do the steps, where they are enough for a request or the last ones.
    private func flush(
        _ steps: inout CopySteps,
        _ helper: GuestHelper,
        _ progress: inout CopyProgress,
        isLast: Bool,
    ) async throws {
        guard isLast ? !steps.items.isEmpty : steps.isFull else { return }
        _ = try await ask(helper, "copy-in", ["items": .array(steps.items)])
        progress.advance(steps.size)
        steps = CopySteps(base: steps.base)
    }

    static func absolute(_ path: String, in start: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" { return start }
        return joined(start, path.hasPrefix("~/") ? String(path.dropFirst(2)) : path)
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let directory = String(path.dropLast(name.count))
        return (directory.isEmpty ? "/" : directory, name)
    }
}

/// Steps of a copy into a guest that are asked for together.
struct CopySteps {
    let base: String
    private(set) var items: [JSON] = []
    /// How much they move, in bytes.
    private(set) var size = 0

    init(base: String) {
        self.base = base
    }

    var isFull: Bool { size >= GuestCopy.stepSize || items.count >= GuestCopy.stepCount }

    mutating func add(_ step: String, _ name: String, _ facts: JSONObject = [:], size: Int = 0) {
        var item: JSONObject = ["step": .string(step), "path": .string(GuestCopy.joined(base, name))]
        item.setMissing(from: facts)
        items.append(.object(item))
        self.size += size
    }
}
