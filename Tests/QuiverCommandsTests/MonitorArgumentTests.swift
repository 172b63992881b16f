import Testing
import WireJSON

@testable import QuiverCommands

@Suite struct MonitorArgumentTests {
    @Test(arguments: [
        ("device_add", ["driver=virtio-rng-pci", "id=7"], #"{"driver":"virtio-rng-pci","id":"7"}"#),
        (
            "blockdev-add", ["driver=qcow2", "node-name=d", "file.driver=file", "file.filename=/a=b", "read-only=on"],
            #"{"driver":"qcow2","node-name":"d","file":{"driver":"file","filename":"/a=b"},"read-only":true}"#
        ),
        (
            "memsave", ["val=18446744073709551615", "size=4096", "filename=5"],
            #"{"val":18446744073709551615,"size":4096,"filename":"5"}"#
        ),
        (
            "snapshot-save", ["job-id=1", "tag=2", "vmstate=disk0", "devices=disk0", "devices=7"],
            #"{"job-id":"1","tag":"2","vmstate":"disk0","devices":["disk0","7"]}"#
        ),
        ("snapshot-delete", [#"devices=["a"]"#], #"{"devices":["a"]}"#),
        (
            "object-add", ["qom-type=memory-backend-ram", "id=m", "size=64M"],
            #"{"qom-type":"memory-backend-ram","id":"m","size":67108864}"#
        ),
        (
            "blockdev-add", ["driver=nbd", "server.type=inet", "server.host=::1", "server.port=10809"],
            #"{"driver":"nbd","server":{"type":"inet","host":"::1","port":"10809"}}"#
        ),
        ("no-such-command", ["a=1", "b=x", "c=[1]", "d="], #"{"a":1,"b":"x","c":[1],"d":""}"#),
        ("query-status", [], "{}"),
        ("query-status", [#"{"x": 1}"#], #"{"x":1}"#),
    ])
    func `pairs get the types that the schema gives their members`(command: String, words: [String], json: String)
        throws
    {
        let arguments = try MonitorArguments(parsing: words, command: command)
        #expect(try JSON.object(arguments.object) == JSON.parse(json))
    }

    @Test(arguments: [
        ("blockdev-add", "read-only=maybe", "read-only must be true or false, not 'maybe'"),
        ("memsave", "cpu-index=banana", "cpu-index must be a whole number, not 'banana'"),
        ("object-add", "size=banana", "size must be a size, e.g. 512M, not 'banana'"),
        ("memsave", "cpu-index=1.5", "cpu-index must be a whole number, not '1.5'"),
        ("stop", "nonsense", "'nonsense' is not an argument"),
        ("stop", "=x", "'=x' is not an argument"),
        ("stop", "{1}", "not a JSON object"),
    ])
    func `a wrong argument is one line that names it`(command: String, word: String, message: String) {
        let error = #expect(throws: CommandFailure.self) { try MonitorArguments(parsing: [word], command: command) }
        #expect(error?.status == .usage)
        #expect(error?.message.contains(message) == true)
        #expect(error?.message.contains(command) == true)
    }

    @Test func `a script is commands, waits and sleeps`() throws {
        let text = """
            # comment
            {"execute": "stop"}

            wait STOP
            sleep 250ms
            {"exec-oob": "migrate-pause", "arguments": {"a": 1}}
            """
        let script = try MonitorScript(text, name: "s")
        #expect(script.steps.map(\.line) == [2, 4, 5, 6])
        #expect(
            script.steps.map(\.step) == [
                .execute("stop", [:], outOfBand: false), .wait(event: "STOP"), .sleep(.milliseconds(250)),
                .execute("migrate-pause", ["a": 1], outOfBand: true),
            ]
        )
    }

    @Test(arguments: [
        ("stop", "'stop' is neither a command in JSON"),
        ("{}", "no member execute"),
        ("{", "s:1:"),
        ("sleep soon", "'soon' is not a duration"),
        ("wait", "'wait' is neither a command"),
        (#"{"execute":"a","arguments":[]}"#, "arguments"),
    ])
    func `a script's error names its line`(text: String, message: String) {
        let error = #expect(throws: CommandFailure.self) { try MonitorScript(text, name: "s") }
        #expect(error?.message.contains(message) == true)
        #expect(error?.message.hasPrefix("s:1:") == true)
    }
}
