import HostSupport
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A value in its own JSON file.
enum JSONFile {
    /// - Returns: nil if there is no such file, or it contains something else.
    static func read<Value: Decodable>(_ type: Value.Type, from file: FilePath) -> Value? {
        guard let bytes = try? WholeFile.read(file) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(bytes))
    }

    static func write(_ value: some Encodable, to file: FilePath) throws {
        try WholeFile.write(try JSONEncoder().encode(value), to: file)
    }
}
