import Machines
import QAPI
import Testing

@testable import QuiverCommands

@Suite struct SchemaShapeTests {
    @Test func `a command is shown with its members, its return and since when`() throws {
        let shape = try #require(SchemaShape(of: "snapshot-save", .shared, live: nil))
        let lines = shape.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            lines == [
                "command snapshot-save (migration)", "since QEMU 6.0", "MEMBER TYPE SINCE NOTES", "job-id str -",
                "tag str -", "vmstate str -", "devices [str] -", "returns nothing",
            ]
        )
        #expect(!shape.text.split(separator: "\n").contains { $0.hasSuffix(" ") })
        #expect(shape.isPresent == nil)
    }

    @Test(arguments: [
        ("shutdown", "event SHUTDOWN (run-state)"), ("blockdevoptions", "union BlockdevOptions (block-core)"),
        ("BlockdevRef", "alternate BlockdevRef (block-core)"), ("RunState", "enum RunState (run-state)"),
    ])
    func `a name is found whatever the case of its letters`(name: String, head: String) throws {
        let shape = try #require(SchemaShape(of: name, .shared, live: nil))
        #expect(shape.text.hasPrefix(head), "\(shape.text)")
    }

    @Test func `a name that nothing has leads to those like it`() {
        #expect(SchemaShape(of: "snapshot-sav", .shared, live: nil) == nil)
        #expect(SchemaShape.names(like: "snapshot-sav", .shared).contains("snapshot-save"))
        #expect(SchemaShape.names(like: "banana", .shared).isEmpty)
    }

    @Test func `beside a running QEMU it says what that one lacks and what only it has`() throws {
        let live = LiveSchema([
            SchemaInfo(name: "x-downstream", branch: .command(SchemaInfoCommand(argType: "0", retType: "0")))
        ])
        #expect(try #require(SchemaShape(of: "query-status", .shared, live: live)).isPresent == false)
        #expect(try #require(SchemaShape(of: "x-downstream", .shared, live: live)).text.contains("call it by name"))
        let listing = SchemaListing(.shared, live: live)
        #expect(listing.definitions.contains { $0.name == "x-downstream" && $0.isPresent == true })
        #expect(listing.definitions.contains { $0.name == "query-status" && $0.isPresent == false })
    }
}
