import HostSupport
import Quantities
public import SystemPackage
import WireJSON

extension GuestCopy {
    /// Copies files or directories from the guest.
    ///
    /// A file that is the same by size and time is not copied again. A link that is named itself is followed.
    ///
    /// - Parameters:
    ///   - sources: Paths in the guest, or patterns; relative ones start in the user's home. A slash at the end of a
    ///     directory stands for what is in it.
    ///   - destination: A path on the host: a directory that the sources are copied into, made if missing; or the new
    ///     name of a single file.
    ///   - isDirectory: Whether the destination is a directory although it does not exist.
    /// - Throws: ``GuestAccessError`` with code `copyFailed`, also when only some of it could be copied; `FileFailure`
    ///   for what the host refuses.
    public func download(_ sources: [String], to destination: FilePath, isDirectory: Bool = false) async throws {
        guard let helper else {
            return try await keepingFreeSpace(near: destination, rsyncOnly()) { ssh in
                try await ssh.download(sources, to: destination, asRoot: user == nil)
            }
        }
        let paths = sources.map(Self.withoutSlash)
        let found = try await find(helper, paths, patterns: true, follows: true).found
        for (source, items) in zip(sources, found) where items.isEmpty { throw missing(source) }
        let all = found.flatMap { $0 }
        let intoDirectory =
            isDirectory || all.count > 1 || all.contains { $0.entry.isDirectory } || Directory.exists(destination)
        if intoDirectory && !Directory.exists(destination) { try Directory.createShared(destination) }
        let directory = intoDirectory ? destination : destination.removingLastComponent()
        var fetch = Fetch(directory: directory.isEmpty ? "." : directory)
        for (source, items) in zip(sources, found) {
            for item in items {
                let name = intoDirectory ? item.entry.name : destination.lastComponent?.string ?? ""
                let isContent = item.entry.isDirectory && Self.takesContents(source)
                try await add(item, as: isContent ? "" : name, to: &fetch, helper)
            }
        }
        try await run(fetch, helper) { [fetch] ssh in
            for top in fetch.tops {
                try await ssh.fetch(top.path, isDirectory: top.entry.isDirectory, to: top.place, asRoot: user == nil)
            }
        }
    }

    /// Copies those of some files and directories in the guest that exist, each to the same place below a directory
    /// here.
    ///
    /// A file that is newer on the host stays: what one guest has made is not undone by another that has its old form.
    ///
    /// - Parameters:
    ///   - paths: Relative to `directory`; they may be patterns.
    ///   - directory: A directory in the guest.
    ///   - destination: A directory on the host.
    public func collect(_ paths: [String], below directory: String, to destination: FilePath) async throws {
        guard let helper else {
            return try await keepingFreeSpace(near: destination, rsyncOnly()) { ssh in
                try await ssh.collect(paths, below: directory, to: destination)
            }
        }
        let trimmed = paths.map(Self.withoutSlash)
        let found = try await find(helper, trimmed, below: directory, patterns: true, follows: false)
        var fetch = Fetch(directory: destination)
        fetch.keepsNewer = true
        let base = Self.joined(found.start, "")
        for item in found.found.flatMap({ $0 }) {
            guard item.path.hasPrefix("\(base)/") else {
                onNote("\(CopiedEntry.shown(item.path)) is left out: it is outside \(directory)")
                continue
            }
            let name = item.path.dropFirst(base.count + 1).split(separator: "/").filter { $0 != "." }
            try await add(item, as: name.joined(separator: "/"), to: &fetch, helper)
        }
        // If one named path cannot be copied, the others still are.
        for problem in fetch.problems { onNote(problem) }
        fetch.problems = []
        try await run(fetch, helper) { [fetch] ssh in
            try await ssh.collect(fetch.tops.map(\.name), below: directory, to: destination)
        }
    }

    /// A copy from the guest that has been listed.
    struct Fetch: Sendable {
        struct Item: Sendable {
            /// In the guest.
            let path: String
            /// Named relative to ``Fetch/directory``.
            let entry: CopiedEntry
        }
        struct Top: Sendable {
            let path: String
            let name: String
            let entry: CopiedEntry
            let place: FilePath
        }

        let directory: FilePath
        var keepsNewer = false
        var items: [Item] = []
        /// What was found itself, as rsync is told of it.
        var tops: [Top] = []
        /// What had to be left out and makes the copy incomplete.
        var problems: [String] = []
        /// What is left out on purpose.
        var objections: [String] = []
        var size: Int64 = 0

        init(directory: FilePath) {
            self.directory = directory
        }

        mutating func append(_ item: Item) {
            items.append(item)
            size += min(item.entry.size, .max - size)
        }
    }

    /// Lists something that was found, and adds it with what is in it.
    ///
    /// - Parameter name: Where it goes below the copy's directory; empty for the directory itself.
    private func add(_ found: Found, as name: String, to fetch: inout Fetch, _ helper: GuestHelper) async throws {
        let top = found.entry.renamed(name)
        if !name.isEmpty {
            if let objection = top.objection {
                fetch.problems.append("\(top.shownName): \(objection)")
                return
            }
            fetch.append(Fetch.Item(path: found.path, entry: top))
        }
        let place = name.isEmpty ? fetch.directory : fetch.directory.appending(name)
        fetch.tops.append(Fetch.Top(path: found.path, name: name, entry: top, place: place))
        guard found.entry.isDirectory else { return }
        // A copied directory is a tree of its own; what is collected is part of the tree that it is collected into.
        let isTree = !fetch.keepsNewer
        var objections: [String] = []
        let listing = try await list(helper, found.path) { entry in
            let judged = isTree ? entry : entry.renamed(Self.joined(name, entry.name))
            guard let objection = judged.objection else { return false }
            objections.append("\(CopiedEntry.shown(Self.joined(found.path, entry.name))) is left out: \(objection)")
            return true
        }
        fetch.objections += objections
        fetch.problems += listing.unreadable.map { CopiedEntry.shown($0) }
        for entry in listing.entries {
            let renamed = name.isEmpty ? entry : entry.renamed("\(name)/\(entry.name)")
            fetch.append(Fetch.Item(path: Self.joined(found.path, entry.name), entry: renamed))
        }
        guard fetch.items.count <= limits.entries else {
            throw failure("more than \(limits.entries) files, which is the limit")
        }
    }

    /// Copies what was listed, by the helper or by rsync.
    private func run(
        _ fetch: Fetch,
        _ helper: GuestHelper,
        rsync: @escaping @Sendable (SSHEndpoint) async throws -> Void,
    ) async throws {
        guard fetch.size <= Int64(clamping: limits.size.bytes) else {
            throw failure("\(ByteCount(UInt64(clamping: fetch.size))) in all: the limit is \(limits.size)")
        }
        tell(fetch.objections)
        var problems = fetch.problems
        if !fetch.items.isEmpty {
            // rsync would take what is left out here for its name alone.
            let isPlain = fetch.objections.isEmpty && problems.isEmpty
            if isPlain, let ssh = try await self.rsync(size: fetch.size, paths: fetch.tops.map(\.path)) {
                onProgress(ProgressUpdate("copy \(ByteCount(UInt64(clamping: fetch.size))) from \(guest) by rsync"))
                try await keepingFreeSpace(near: fetch.directory, ssh, rsync)
            } else {
                problems += try await fetchAll(fetch, helper)
            }
        }
        guard let first = problems.first else { return }
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        throw failure("all: \(first)\(others)")
    }

    /// Tells what is left out, as far as somebody would read it.
    func tell(_ objections: [String]) {
        for objection in objections.prefix(20) { onNote(objection) }
        if objections.count > 20 { onNote("and \(objections.count - 20) more are left out") }
    }

    static func withoutSlash(_ path: String) -> String {
        let trimmed = String(path.reversed().drop { $0 == "/" }.reversed())
        return trimmed.isEmpty && !path.isEmpty ? "/" : trimmed
    }

    /// Whether a path stands for what is in a directory.
    static func takesContents(_ path: String) -> Bool {
        let last = path.split(separator: "/", omittingEmptySubsequences: false).last
        return path.isEmpty || last == "" || last == "." || last == ".." || path == "~"
    }
}
