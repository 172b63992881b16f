import HostSupport
import WireJSON

extension GuestCopy {
    /// Something in the guest that was asked for.
    struct Found: Sendable {
        /// Its absolute path.
        let path: String
        /// Under the last component of the path that it was asked for by.
        let entry: CopiedEntry
    }

    /// Looks for paths in the guest.
    ///
    /// - Parameters:
    ///   - paths: Absolute, or relative to `directory`.
    ///   - directory: nil is the user's home.
    ///   - patterns: Whether a path that is not there may be a pattern.
    ///   - follows: Whether a link stands for what it leads to.
    /// - Returns: What there is for each of the paths.
    func find(
        _ helper: GuestHelper,
        _ paths: [String],
        below directory: String? = nil,
        patterns: Bool,
        follows: Bool,
    ) async throws -> (start: String, found: [[Found]]) {
        var arguments: JSONObject = ["patterns": .bool(patterns), "follows": .bool(follows)]
        arguments.set("paths", paths)
        arguments.set("below", directory)
        let answer = try await ask(helper, "find-paths", arguments)
        guard let start = answer["start"]?.stringValue, let items = answer["found"]?.arrayValue else {
            throw violation("the helper's answer to find-paths is invalid")
        }
        var found = [[Found]](repeating: [], count: paths.count)
        for item in items.prefix(limits.entries) {
            guard let object = item.objectValue, let asked = object["asked"]?.intValue, found.indices.contains(asked),
                let path = object["path"]?.stringValue, let facts = object["entry"],
                let entry = CopiedEntry(guest: facts, in: "")
            else { throw violation("the helper's answer to find-paths is invalid") }
            found[asked].append(Found(path: path, entry: entry))
        }
        return (start, found)
    }

    /// What is in a directory of the guest and can be copied, directories before what is in them.
    ///
    /// - Parameters:
    ///   - skip: Decides of each entry whether it is left out, with all that is in it.
    /// - Returns: The entries, by names relative to the directory, and the directories that could not be read.
    func list(
        _ helper: GuestHelper,
        _ path: String,
        skip: (CopiedEntry) -> Bool,
    ) async throws -> (entries: [CopiedEntry], unreadable: [String]) {
        var entries: [CopiedEntry] = []
        var unreadable: [String] = []
        var left = [""][...]
        while !left.isEmpty {
            try Task.checkCancellation()
            let asked = left.prefix(64)
            let room = limits.entries - entries.count
            var arguments: JSONObject = ["limit": .integer(Int64(room + 1))]
            arguments.set("folders", asked.map { Self.joined(path, $0) })
            let answers = try await ask(helper, "list-folders", arguments)["folders"]?.arrayValue ?? []
            guard !answers.isEmpty, answers.count <= asked.count else {
                throw violation("the helper's answer to list-directories is invalid")
            }
            for (directory, answer) in zip(asked, answers) {
                if let reason = answer.objectValue?["error"]?.stringValue {
                    unreadable.append("\(Self.joined(path, directory)): \(reason)")
                    continue
                }
                guard let items = answer.objectValue?["entries"]?.arrayValue else {
                    throw violation("the helper's answer to list-directories is invalid")
                }
                guard entries.count + items.count <= limits.entries else {
                    throw failure("more than \(limits.entries) files, which is the limit")
                }
                for item in items {
                    guard let entry = CopiedEntry(guest: item, in: directory) else {
                        throw violation("the helper's answer to list-directories is invalid")
                    }
                    if skip(entry) { continue }
                    entries.append(entry)
                    guard entry.isDirectory else { continue }
                    guard entry.name.utf8.count(where: { $0 == UInt8(ascii: "/") }) < limits.depth else {
                        throw failure("\(entry.shownName): deeper than \(limits.depth) directories, which is the limit")
                    }
                    left.append(entry.name)
                }
            }
            left = left.dropFirst(answers.count)
            onProgress(ProgressUpdate("list the files in \(guest)"))
        }
        return (entries, unreadable)
    }

    static func joined(_ directory: String, _ name: String) -> String {
        if name.isEmpty { return directory }
        return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }
}
