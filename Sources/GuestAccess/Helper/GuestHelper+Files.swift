import WireJSON

extension GuestHelper {
    /// Writes small files below a folder, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - files: Folders before what is in them.
    ///   - removed: What is removed before that, with all that is below it; names relative to the folder.
    ///   - user: Whose they are; nil is root.
    package func write(
        _ files: [GuestFile],
        removing removed: [String] = [],
        below folder: String,
        for user: String?,
        within limit: Duration,
    ) async throws {
        var arguments: JSONObject = ["folder": .string(folder)]
        arguments["files"] = .array(files.map(\.json))
        arguments.set("removed", removed)
        arguments.set("user", user)
        _ = try await request("write-files", arguments, within: limit)
    }

    /// Reads all files below a folder.
    ///
    /// - Parameter size: How much they may be together, in bytes.
    /// - Returns: Their contents, by name relative to the folder; nil when they are more.
    package func files(below folder: String, upTo size: Int, within limit: Duration) async throws -> [String: [UInt8]]?
    {
        let answer = try await request(
            "read-files",
            ["folder": .string(folder), "limit": .integer(Int64(size))],
            within: limit,
        )
        let files: [String: String]? = try answer.optionalValue("files")
        return files?.compactMapValues(Base64.decoded)
    }
}
