import Testing
import WireJSON

@testable import PluginProtocol

@Suite struct RunnerMessageTests {
    @Test func `what the plugin says of a test is passed on whole`() throws {
        let text = #"{"event":"ran","token":"t","item":3,"payload":"abc=","failed":true,"seconds":0.25,"ending":null}"#
        let message = RunnerMessage(try JSONObject(json: JSON.parse(text)))
        guard case .ran(let item, let token, let ran)? = message else {
            Issue.record("not read as an outcome")
            return
        }
        #expect(item == 3 && token == "t")
        #expect(ran == TestOutcome.Ran(payload: "abc=", hasFailed: true, seconds: 0.25, ending: nil))
        #expect(TestOutcome.ran(ran).replay(of: 3) == ["do": "replay", "item": 3, "payload": "abc="])
    }

    @Test func `what ends the run is passed on to the coordinator`() throws {
        let text =
            #"{"event":"ran","item":0,"payload":"","failed":false,"seconds":0,"ending":{"kind":"exit","message":"m","status":7}}"#
        guard case .ran(_, _, let ran)? = RunnerMessage(try JSONObject(json: JSON.parse(text))) else {
            Issue.record("not read as an outcome")
            return
        }
        #expect(TestOutcome.ran(ran).endsRun)
        #expect(TestOutcome.ran(ran).replay(of: 0)["ending"]?["status"] == 7)
    }

    @Test func `a crash is reported with its reason and what the interpreter printed`() {
        let crash = TestOutcome.crashed(reason: "it ended", output: "Fatal", seconds: 1.5)
        #expect(crash.hasFailed && !crash.endsRun)
        #expect(
            crash.replay(of: 2)
                == ["do": "replay", "item": 2, "crash": "it ended", "output": "Fatal", "seconds": .double(1.5)]
        )
    }

    @Test(arguments: ["{}", #"{"event":"later"}"#, #"{"event":7}"#])
    func `anything else is not taken for news`(text: String) throws {
        #expect(RunnerMessage(try JSONObject(json: JSON.parse(text))) == nil)
    }

    @Test(arguments: [
        #"{"event":"ran"}"#, #"{"event":"ran","item":"x","payload":"","failed":false,"seconds":0}"#,
        #"{"event":"ran","item":0,"payload":"","failed":false,"seconds":1e300}"#,
        #"{"event":"ran","item":0,"payload":"","failed":false,"seconds":-1}"#,
        #"{"event":"ran","item":0,"payload":"","failed":false,"seconds":0,"fix_up":1e300}"#,
        #"{"event":"ran","item":0,"payload":7,"failed":false,"seconds":0}"#,
        #"{"event":"ran","item":0,"payload":"","failed":"no","seconds":0}"#,
        #"{"event":"ran","item":1e300,"payload":"","failed":false,"seconds":0}"#,
    ])
    func `a result that no plugin sends is malformed`(text: String) throws {
        guard case .malformed? = RunnerMessage(try JSONObject(json: JSON.parse(text))) else {
            Issue.record("taken for a result")
            return
        }
    }
}
