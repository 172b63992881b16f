import SystemPackage

// FilePath's own Codable writes an array of bytes, which nobody can read or edit in a machine.json. These are nearer
// than the library's for the synthesized conformances of this module, which therefore write paths as text.

extension KeyedEncodingContainer {
    mutating func encode(_ path: FilePath, forKey key: Key) throws {
        try encode(path.string, forKey: key)
    }

    mutating func encodeIfPresent(_ path: FilePath?, forKey key: Key) throws {
        try encodeIfPresent(path?.string, forKey: key)
    }
}

extension KeyedDecodingContainer {
    func decode(_ type: FilePath.Type, forKey key: Key) throws -> FilePath {
        FilePath(try decode(String.self, forKey: key))
    }

    func decodeIfPresent(_ type: FilePath.Type, forKey key: Key) throws -> FilePath? {
        try decodeIfPresent(String.self, forKey: key).map { FilePath($0) }
    }
}
