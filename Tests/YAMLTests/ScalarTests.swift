import HostSupport
import HostTools
import SystemPackage
import Testing
import WireJSON
import YAML

/// What a scalar is, as PyYAML says, with which cloud-init reads.
struct ScalarTests {
    static let texts = [
        "yes", "No", "ON", "oFF", "true", "TRUE", "tRUE", "y", "n", "~", "null", "Null", "nULL", "0", "-0", "+1",
        "12_000",
        "0644", "0o644", "0899", "0x1F", "0xg", "0b101", "0b", "1:30", "-1:30:59", "1:60", "1.5", "1.", ".5", ".",
        "-.5",
        "1e3", "1.0e3", "1.0e+3", ".inf", "-.INF", ".nan", "+.nan", "190:20:30.15", "2001-12-14", "2001-1-4",
        "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43", "1.2.3", "10.0.0.1", "1 2", "a", "-", "--", "<", "=",
        "_1",
        "1_", "00", "08", "é", "٣",
    ]

    private static let script = """
        import json, sys, yaml
        names = {"null": "null", "bool": "bool", "int": "int", "float": "float", "timestamp": "timestamp"}
        found = []
        for text in json.load(sys.stdin):
            try:
                tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False)).rsplit(":", 1)[1]
            except Exception as error:
                tag = repr(error)
            found.append(names.get(tag, "string"))
        print(json.dumps(found))
        """

    @Test func `a plain scalar has the kind that PyYAML gives it`() async throws {
        let input = FilePath("/tmp/quiver-yaml-\(UInt64.random(in: 0 ... .max))")
        try WholeFile.write(JSON.array(Self.texts.map { .string($0) }).serialized(), to: input)
        defer { try? Directory.removeTree(input) }
        let python = FileStamp(of: "/usr/bin/python3") != nil ? "/usr/bin/python3" : "python3"
        let outcome = try await ToolRun.run(python, ["-c", Self.script], input: input)
        let kinds = try #require(try JSON.parse(outcome.output).arrayValue, "\(outcome.errors)")
        try #require(kinds.count == Self.texts.count)
        for (text, kind) in zip(Self.texts, kinds) {
            let tag = try YAMLDocument.root(of: "- \(text)")?.sequence?.first?.scalar?.tag
            // `- -` is a list in a list, and `-` alone an empty item.
            if text == "-" { continue }
            #expect("\(try #require(tag, "\(text)"))" == kind.stringValue, "\(text)")
        }
    }

    @Test(
        arguments: texts + ["", " a", "a ", "a: b", "# a", "[a", "two\nlines\n", "tab\t", "\"q\"", "it's", "\u{1F600}"]
    )
    func `a text is written so that it is read as the same text`(text: String) throws {
        for style in [YAMLNode.Scalar.Style.automatic, .doubleQuoted, .literal] {
            let scalar = YAMLNode.Scalar(text, .string, style: style)
            let written = try YAMLNode([(YAMLNode("key"), .scalar(scalar))]).text()
            #expect(try YAMLDocument.root(of: written)?["key"] == YAMLNode(text), "\(written)")
        }
    }

    @Test(arguments: [
        ("0", 0), ("7", 7), ("-12_000", -12_000), ("+1", 1), ("0644", nil), ("0x1f", nil), ("1:30", nil),
        ("\"7\"", nil),
        ("99999999999999999999", nil),
    ])
    func `only a decimal number has a value as such`(text: String, value: Int?) throws {
        #expect(try YAMLDocument.root(of: "- \(text)")?.sequence?.first?.int == value)
    }

    @Test func `numbers and truth values are written without quotes`() throws {
        let node = YAMLNode([("a", YAMLNode(true)), ("b", YAMLNode(7)), ("c", YAMLNode("true")), ("d", YAMLNode("7"))])
        #expect(try node.text() == "a: true\nb: 7\nc: 'true'\nd: '7'\n")
    }
}
