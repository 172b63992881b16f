import Foundation
import QAPIGenerator
import QAPISchema
import Testing
import WireJSON

/// What the generator makes of a small schema that has one of everything, as files that a person can read.
///
/// After a change of the generator that is meant: `QUIVER_WRITE_GOLDEN=1 swift test --filter GoldenTests`, and read the
/// difference before committing it.
@Suite struct GoldenTests {
    private let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    @Test func `two versions of a toy schema become the Swift that is on record`() throws {
        let files = FileLayout(Schema.merged([try schema("newer"), try schema("older")])).files()
        let expected = directory.appending(path: "Expected")
        if ProcessInfo.processInfo.environment["QUIVER_WRITE_GOLDEN"] != nil {
            try? FileManager.default.removeItem(at: expected)
            try FileManager.default.createDirectory(at: expected, withIntermediateDirectories: true)
            for file in files { try Data(file.text.utf8).write(to: expected.appending(path: name(file))) }
        }
        let onRecord = try FileManager.default.contentsOfDirectory(atPath: expected.path).sorted()
        #expect(files.map(name).sorted() == onRecord)
        for file in files {
            let text = try String(contentsOf: expected.appending(path: name(file)), encoding: .utf8)
            let difference = file.text.split(separator: "\n").difference(from: text.split(separator: "\n"))
            #expect(difference.isEmpty, "\(file.path): \(difference)")
        }
    }

    @Test func `the facts survive being written and read again`() throws {
        let merged = Schema.merged([try schema("newer"), try schema("older")])
        let again = try SchemaReader.read(merged.json)
        #expect(again.json == merged.json)
        #expect(again.versions == ["11.1.3", "7.2.0"])
    }

    @Test func `a file of another format or with a broken definition is refused with its path`() throws {
        let format = #expect(throws: JSONError.self) { try SchemaReader.read(["format": 2]) }
        #expect(format?.path == "format")
        let broken: JSON = [
            "format": 1, "interface": "qmp", "qemu": "1.0",
            "modules": ["toy": [["kind": "enum", "name": "Broken", "values": [[:]]]]],
        ]
        let error = #expect(throws: JSONError.self) { try SchemaReader.read(broken) }
        #expect(error?.path.contains("toy.Broken") == true, "\(String(describing: error))")
    }

    private func schema(_ name: String) throws -> Schema {
        try SchemaReader.read(JSON.parse(Array(Data(contentsOf: directory.appending(path: "\(name).json")))))
    }

    /// Not ending in `.swift`, so that nothing compiles or formats it.
    private func name(_ file: GeneratedFile) -> String {
        file.path.split(separator: "/").joined(separator: ".") + ".txt"
    }
}
