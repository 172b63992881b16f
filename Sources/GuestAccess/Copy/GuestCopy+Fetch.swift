import HostSupport
import Quantities
import SystemPackage
import WireJSON

extension GuestCopy {
    /// How much one step moves, in bytes.
    static let stepSize = 512 << 10
    /// How many files one step moves.
    static let stepCount = 200

    /// Copies what was listed through the helper.
    ///
    /// - Returns: What could not be read, with the reason.
    func fetchAll(_ fetch: Fetch, _ helper: GuestHelper) async throws -> [String] {
        let tree = try HostTree(fetch.directory)
        var wanted: [Fetch.Item] = []
        var needed: Int64 = 0
        for item in fetch.items {
            switch item.entry.kind {
            case .directory: try tree.makeDirectory(item.entry.name)
            case .link(let target): try tree.makeLink(item.entry.name, to: target)
            case .special, .unnameable: continue
            case .file(let size):
                if let there = tree.file(item.entry.name) {
                    if fetch.keepsNewer && there.modified > item.entry.modified { continue }
                    if there == (size, item.entry.modified) {
                        try tree.setPermissions(item.entry)
                        continue
                    }
                }
                needed += min(size, .max - needed)
                wanted.append(item)
            }
        }
        try checkSpace(tree, for: needed)
        var progress = CopyProgress(task: "copy from \(guest)", total: UInt64(clamping: needed), report: onProgress)
        var problems: [String] = []
        var rest = wanted[...]
        while let item = rest.first {
            try Task.checkCancellation()
            let batch = Self.batch(rest)
            if batch.isEmpty {
                problems += try await fetchLarge(item, tree, helper, &progress)
                rest = rest.dropFirst()
            } else {
                problems += try await fetchSmall(batch, tree, helper, &progress)
                rest = rest.dropFirst(batch.count)
            }
        }
        // Only now: a directory may be one that its owner cannot write to.
        for item in fetch.items.reversed() where item.entry.isDirectory { try tree.finishDirectory(item.entry) }
        return problems
    }

    /// The first files, as many as fit in one step; none when the first one does not.
    private static func batch(_ items: ArraySlice<Fetch.Item>) -> ArraySlice<Fetch.Item> {
        var size: Int64 = 0
        var count = 0
        for item in items.prefix(stepCount) {
            guard item.entry.size <= Int64(stepSize) - size else { break }
            size += item.entry.size
            count += 1
        }
        return items.prefix(count)
    }

    private func fetchSmall(
        _ batch: ArraySlice<Fetch.Item>,
        _ tree: borrowing HostTree,
        _ helper: GuestHelper,
        _ progress: inout CopyProgress,
    ) async throws -> [String] {
        let parts = try await read(batch.map { (path: $0.path, offset: 0, length: $0.entry.size) }, helper)
        try checkSpace(tree, for: batch.reduce(0) { $0 + $1.entry.size })
        var problems: [String] = []
        for (item, part) in zip(batch, parts) {
            guard case .bytes(let bytes) = part else {
                problems.append(part.problem(item.path))
                continue
            }
            var file = try tree.createFile(item.entry)
            try file.append(bytes)
            try file.finish()
        }
        progress.advance(batch.reduce(0) { $0 + Int(clamping: $1.entry.size) })
        return problems
    }

    private func fetchLarge(
        _ item: Fetch.Item,
        _ tree: borrowing HostTree,
        _ helper: GuestHelper,
        _ progress: inout CopyProgress,
    ) async throws -> [String] {
        var file = try tree.createFile(item.entry)
        var offset: Int64 = 0
        // What is appended to it meanwhile is not copied, and one that was cut off ends earlier.
        while offset < item.entry.size {
            try Task.checkCancellation()
            let length = min(Int64(Self.stepSize), item.entry.size - offset)
            let part = try await read([(item.path, offset, length)], helper).first
            guard case .bytes(let bytes)? = part else { return [part?.problem(item.path) ?? item.path] }
            if bytes.isEmpty { break }
            try checkSpace(tree, for: Int64(bytes.count))
            try file.append(bytes)
            offset += Int64(bytes.count)
            progress.advance(bytes.count)
        }
        try file.finish()
        return []
    }

    private enum Part {
        case bytes([UInt8])
        /// It cannot be read, for this reason.
        case unreadable(String)

        func problem(_ path: String) -> String {
            guard case .unreadable(let reason) = self else { return CopiedEntry.shown(path) }
            return "\(CopiedEntry.shown(path)): \(CopiedEntry.shown(reason))"
        }
    }

    /// Reads parts of files in the guest, none of which may be longer than was asked for.
    private func read(
        _ parts: [(path: String, offset: Int64, length: Int64)],
        _ helper: GuestHelper,
    ) async throws -> [Part] {
        var arguments: JSONObject = [:]
        arguments["parts"] = .array(
            parts.map { part in
                .object(
                    [
                        "path": .string(part.path), "offset": .integer(part.offset), "length": .integer(part.length),
                    ]
                )
            }
        )
        let answers = try await ask(helper, "read-parts", arguments)["parts"]?.arrayValue ?? []
        guard answers.count == parts.count else {
            throw violation("the helper's answer to read-parts is invalid")
        }
        return try zip(parts, answers).map { part, answer in
            if let reason = answer.objectValue?["error"]?.stringValue {
                return .unreadable(reason)
            }
            guard let bytes = answer.objectValue?["data"]?.stringValue.flatMap(Base64.decoded),
                bytes.count <= part.length
            else { throw violation("\(CopiedEntry.shown(part.path)) has more content than was asked for") }
            return .bytes(bytes)
        }
    }

    /// Sees to it that the disk has room for what comes, and some more.
    func checkSpace(_ tree: borrowing HostTree, for size: Int64) throws {
        let free = try tree.freeSpace()
        let needed = UInt64(clamping: size).addingReportingOverflow(limits.freeSpace.bytes)
        guard !needed.overflow, needed.partialValue <= free.bytes else {
            throw failure(
                "\(ByteCount(UInt64(clamping: size))) to \(tree.path): its disk has \(free) free, but "
                    + "\(limits.freeSpace) must stay free"
            )
        }
    }
}
