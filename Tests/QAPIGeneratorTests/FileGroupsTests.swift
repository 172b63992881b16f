import Testing

@testable import QAPIGenerator

struct FileGroupsTests {
    @Test(arguments: [
        ("BlockdevOptionsQcow2", ["Blockdev", "Options", "Qcow2"]), ("QMPJob", ["QMP", "Job"]), ("X", ["X"]), ("", []),
        ("RbdEncryptionOptionsLUKS2", ["Rbd", "Encryption", "Options", "LUKS2"]), ("aB", ["a", "B"]),
    ])
    func `a name is taken apart at its words`(name: String, words: [String]) {
        #expect(FileGroups.words(of: name) == words)
    }

    @Test func `large families have files of their own, and small ones share one`() {
        func declaration(_ name: String, lines: Int) -> SourceText {
            var text = SourceText()
            text.doc(["Of \(name)."])
            text.block("public struct \(name): QAPIObject") { body in for _ in 3..<lines { body.line("x") } }
            return text
        }
        var extended = SourceText()
        extended.block("extension DiskOptions") { $0.line("y") }
        let all = [
            declaration("DiskOptions", lines: 100), declaration("Fan", lines: 10),
            declaration("DiskOptionsRaw", lines: 60),
            declaration("CardSlow", lines: 90), declaration("CardFast", lines: 90), extended,
        ]
        let types = FileGroups.divide(all, rest: "BoardTypes", suffix: "Types")
        #expect(types.map(\.name) == ["DiskOptions", "BoardTypes", "CardTypes"])
        #expect(types.map(\.1.count) == [3, 1, 2])
        let commands = FileGroups.divide(all, rest: "BoardCommands", suffix: "Commands")
        #expect(commands.map(\.name) == ["DiskOptionsCommands", "BoardCommands", "CardCommands"])
    }
}
