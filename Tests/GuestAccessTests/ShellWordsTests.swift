import HostSupport
import HostTools
import Testing

@testable import GuestAccess

@Suite struct ShellWordsTests {
    @Test(arguments: ["", "plain", "two words", "it's", "$HOME", "`id`", "a\nb", "ü", "--x=1,2", "*", "\\", "\"", "-n"])
    func `a shell gives the word back`(word: String) async throws {
        let line = "printf %s. " + ShellWords.joined([word, "end"])
        #expect(try await ToolRun.run("sh", ["-c", line]).output == "\(word).end.")
    }

    @Test func `plain words stay as they are`() {
        #expect(ShellWords.joined(["ls", "-l", "/tmp/a_b.c"]) == "ls -l /tmp/a_b.c")
    }
}
