import TOML
import Testing
import WireJSON

struct TOMLTests {
    @Test func `a document is read as JSON`() throws {
        let text = """
            title = "x"
            when = 2026-11-30T10:00:00Z
            [tool.quiver]
            cpus = 2
            part = 0.5
            on = true
            packages = ["a", "é"]
            [[target]]
            name = "one"
            """
        let table = try TOMLDocument.table(of: text)
        #expect(table["title"] == "x" && table["when"] == "2026-11-30T10:00:00Z")
        let quiver = try #require(table["tool"]?["quiver"])
        #expect(quiver["cpus"] == 2 && quiver["part"] == .double(0.5) && quiver["on"] == true)
        #expect(quiver["packages"] == ["a", "é"])
        #expect(table["target"] == [["name": "one"]])
        #expect(try TOMLDocument.table(of: "").isEmpty)
    }

    @Test(arguments: [("x = [", 1), ("a = 1\na = 2\n", 2), ("a = 1\n[b\n", 2), ("a = \"\u{0}\"", 1)])
    func `what is not TOML is named with its line`(text: String, line: Int) throws {
        let error = try #require(throws: TOMLError.self) { try TOMLDocument.table(of: text) }
        #expect(error.line == line && !error.problem.isEmpty && !"\(error)".contains("\n"), "\(error)")
    }
}
