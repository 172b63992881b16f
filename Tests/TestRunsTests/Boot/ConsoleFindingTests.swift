import Testing

@testable import TestRuns

@Suite struct ConsoleFindingTests {
    static let lines: [(line: String, finding: ConsoleFinding?)] = [
        ("debian login: ", .login),
        ("[    5.1] systemd[1]: Started getty@tty1.service - Getty on tty1.", nil),
        (
            "[   ***] A start job is running for Wait for Network to be Configured (12s / no limit)",
            .waiting(job: "Wait for Network to be Configured", seconds: 12, limit: "no limit")
        ),
        (
            "[*     ] A start job is running for /dev/disk/by-label/data (1min 5s / 1min 30s)",
            .waiting(job: "/dev/disk/by-label/data", seconds: 65, limit: "1min 30s")
        ),
        (
            "[ *** ] Job network-online.target/start running (12s / no limit)", nil
        ),
        ("A start job is running for something odd", nil),
        ("A start job is running for odd (x / y)", nil),
        ("[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs", .hopeless("its kernel panicked")),
        (
            "ALERT!  LABEL=nothing does not exist.  Dropping to a shell!",
            .hopeless("its initial RAM disk finds no root file system")
        ),
        ("You are in emergency mode. After logging in, type", .hopeless("systemd gave up and is in emergency mode")),
        ("", nil),
    ]

    @Test(arguments: lines)
    func `a line of the console is understood`(line: String, finding: ConsoleFinding?) {
        #expect(ConsoleFinding(line: line) == finding)
    }

    @Test func `colours and drawing over are no part of a line`() {
        let text =
            "\u{1B}[K[ \u{1B}[0;31m*\u{1B}[0m ] A start job is running for Wait (5s / 2min)\r\u{1B}[Kdebian login: "
        #expect(
            ConsoleText.lines(of: text).compactMap(ConsoleFinding.init) == [
                .waiting(job: "Wait", seconds: 5, limit: "2min"), .login,
            ]
        )
    }
}
