import Testing
import YAML

struct YAMLReadingTests {
    @Test func `values keep their places and layouts`() throws {
        let text = "# first\na: 1\nlist:\n- x\n- {b: two}\n"
        let root = try #require(try YAMLDocument.root(of: text))
        #expect(root.mark == YAMLMark(line: 2, column: 1))
        #expect(root["a"]?.int == 1 && root["list"]?.sequence?.count == 2)
        #expect(root["list"]?.sequence?[1]["b"]?.string == "two")
        #expect(root["list"]?.sequence?[1].mark == YAMLMark(line: 5, column: 3))
        #expect(try root.text() == "a: 1\nlist:\n- x\n- {b: two}\n")
    }

    @Test(arguments: ["", "# nothing\n", "---\n...\n"])
    func `a text without a value is no error`(text: String) throws {
        let root = try YAMLDocument.root(of: text)
        #expect(root == nil || root?.scalar?.tag == .null)
    }

    @Test func `a key that occurs twice is noted, and the last one counts`() throws {
        let document = try YAMLDocument("a: 1\nb: 2\na: 3\n")
        #expect(document.duplicates.map(\.key) == ["a"] && document.duplicates.map(\.mark.line) == [3])
        #expect(document.root?["a"]?.int == 3 && document.root?.mapping?.count == 2)
    }

    @Test func `aliases are copies, and a merge brings the keys that are not there`() throws {
        let text = "base: &b {x: 1, y: 2}\nuser:\n  <<: *b\n  y: 3\nsame: *b\n"
        let root = try #require(try YAMLDocument.root(of: text))
        #expect(root["user"]?["x"]?.int == 1 && root["user"]?["y"]?.int == 3)
        #expect(root["same"] == root["base"])
    }

    @Test(arguments: [
        ("a: [1", 2, "did not find expected ',' or ']'"), ("a: b: c", 1, "mapping values are not allowed"),
        ("a: 1\n\tb: 2\n", 2, "found a tab character"), ("a: *gone", 1, "undefined alias"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"), ("a: \u{1}", 1, "control characters are not allowed"),
    ])
    func `what is not YAML is named with its line`(text: String, line: Int, problem: String) throws {
        let error = try #require(throws: YAMLError.self) { try YAMLDocument(text) }
        #expect(
            error.problem.contains(problem) && error.mark?.line == line,
            "\(error) \(String(describing: error.mark))"
        )
    }

    /// Ten aliases of ten aliases, and so on: three thousand bytes that stand for a billion values.
    @Test func `a document that would be huge or deep is refused`() throws {
        let levels = (1...9).map { level in
            "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        let huge = "l0: &l0 x\n" + levels.joined()
        let error = try #require(throws: YAMLError.self) { try YAMLDocument(huge) }
        #expect(error.problem == "it has too many values")
        let deep = String(repeating: "[", count: 5000)
        #expect(throws: YAMLError.self) { try YAMLDocument(deep) }
    }
}
