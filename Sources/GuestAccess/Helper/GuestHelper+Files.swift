import WireJSON

extension GuestHelper {
    /// More small files than this are refused.
    private static let largestFileCount = 20_000

    /// Writes small files below a directory, which is created if missing.
    ///
    /// - Parameters:
    ///   - files: Directories before their content.
    ///   - removed: What to remove first, recursively; names relative to the directory.
    ///   - user: Their owner; nil is root.
    package func write(
        _ files: [GuestFile],
        removing removed: [String] = [],
        below directory: String,
        for user: String?,
        within limit: Duration,
    ) async throws {
        var arguments: JSONObject = ["folder": .string(directory)]
        arguments["files"] = .array(files.map(\.json))
        arguments.set("removed", removed)
        arguments.set("user", user)
        _ = try await request("write-files", arguments, within: limit)
    }

    /// Reads all files below a directory.
    ///
    /// - Parameter size: The limit for all of them together, in bytes.
    /// - Returns: Their contents, by name relative to the directory; nil if the limit is exceeded.
    /// - Throws: ``GuestAccessError`` with code `protocolViolation` for names that lead out of the directory.
    package func files(below directory: String, upTo size: Int, within limit: Duration) async throws -> [String:
        [UInt8]]?
    {
        let answer = try await request(
            "read-files",
            ["folder": .string(directory), "limit": .integer(Int64(size))],
            within: limit,
        )
        guard answer["files"] != nil, answer["files"] != .null else { return nil }
        guard let files = Self.files(in: answer) else {
            throw GuestAccessError(.protocolViolation, guest: guest, "the helper sent files that were not asked for")
        }
        return files.values.reduce(0) { $0 + $1.count } > size ? nil : files
    }

    /// The files in an answer; nil if one has a name that leads out of the directory, or there are too many.
    static func files(in answer: JSONObject) -> [String: [UInt8]]? {
        guard let files: [String: String] = try? answer.value("files"), files.count <= largestFileCount,
            files.keys.allSatisfy({ GuestPath.isSafe($0) })
        else { return nil }
        return files.compactMapValues(Base64.decoded)
    }
}
