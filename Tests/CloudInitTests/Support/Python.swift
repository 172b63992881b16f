import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Python, in which cloud-init is written: what it reads out of a text is what cloud-init reads.
enum Python {
    /// The system's own, which has the YAML reader of its package.
    private static let program = FileStamp(of: "/usr/bin/python3") != nil ? "/usr/bin/python3" : "python3"

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a script that gets `text` as `sys.stdin.buffer` and prints JSON.
    static func read<Value: Decodable>(
        _ script: String,
        from bytes: [UInt8],
        as type: Value.Type = Value.self,
    ) async throws -> Value {
        try await withScratchDirectory { directory in
            let file = directory.appending("input")
            try WholeFile.write(bytes, to: file)
            let outcome = try await ToolRun.run(program, ["-c", script], input: file)
            guard outcome.isSuccess else { throw Failure(description: "python3: \(outcome.errors)") }
            return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
        }
    }

    /// The value of one key of a YAML mapping.
    static func yaml<Value: Decodable>(
        _ key: String,
        of text: String,
        as type: Value.Type = Value.self,
    ) async throws -> Value {
        let script = "import sys, yaml, json; print(json.dumps([yaml.safe_load(sys.stdin.buffer)['\(key)']]))"
        let values = try await read(script, from: Array(text.utf8), as: [Value].self)
        return values[0]
    }

    /// The parts of a MIME message as cloud-init walks them: the content type and the decoded text of each.
    static func parts(ofMessage text: String) async throws -> [[String]] {
        let script = """
            import email, json, sys
            message = email.message_from_string(sys.stdin.buffer.read().decode())
            parts = [part for part in message.walk() if part.get_content_maintype() != "multipart"]
            print(json.dumps([[part.get_content_type(), part.get_payload(decode=True).decode()] for part in parts]))
            """
        return try await read(script, from: Array(text.utf8))
    }
}
