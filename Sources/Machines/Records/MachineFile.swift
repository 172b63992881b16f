import HostSupport
package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads and writes a machine's values as JSON files.
package enum MachineFile {
    package static func write(_ value: some Encodable, to path: FilePath, machine: String) throws(MachineError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try WholeFile.write(try encoder.encode(value), to: path)
        } catch {
            throw .file(error, machine: machine)
        }
    }

    /// The value in the file; nil if there is no file.
    package static func read<Value: Decodable>(
        _ type: Value.Type,
        from path: FilePath,
        machine: String,
    ) throws(MachineError) -> Value? {
        guard HostFile.exists(path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(try WholeFile.read(path)))
        } catch let error as FileFailure {
            throw .file(error, machine: machine)
        } catch {
            let reason = (error as? DecodingError).map(explain) ?? "\(error)"
            throw MachineError(
                .fileFailed,
                machine: machine,
                "\(path): invalid JSON: \(reason); fix the file, or remove the machine with `quiver rm \(machine)`",
            )
        }
    }

    /// What is wrong with a file's JSON, in a few words.
    private static func explain(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty ? "it" : "`\(context.codingPath.map(\.stringValue).joined(separator: "."))`"
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context)) has no `\(key.stringValue)`"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(place(context)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "syntax error"
        case .dataCorrupted(let context): "\(place(context)) has an invalid value"
        @unknown default: "\(error)"
        }
    }
}

extension MachineError {
    /// The error for a file that could not be read or written.
    static func file(_ error: any Error, machine: String) -> Self {
        let isFull = (error as? FileFailure)?.reason == .noSpace
        return Self(isFull ? .noSpace : .fileFailed, machine: machine, "\(error)", cause: error)
    }
}
