import Testing

@testable import GuestAccess

@Suite struct ConsoleFindingTests {
    static let lines: [(line: String, finding: ConsoleFinding?)] = [
        ("debian login: ", .login),
        ("debian login: [   33.102938] random: crng init done", .login),
        ("debian login: [  OK  ] Reached target cloud-init.target", .login),
        ("[   12.1] systemd-logind[300]: New session login: root", nil),
        (" login: ", nil),
        ("[    5.1] systemd[1]: Started getty@tty1.service - Getty on tty1.", nil),
        (
            "[   32.170395] cloud-init[495]: Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026 21:15:23 +0000. "
                + "Datasource DataSourceNoCloud [seed=/dev/vdb][dsmode=net].  Up 32.13 seconds",
            .cloudInitEnded(dataSource: "DataSourceNoCloud [seed=/dev/vdb][dsmode=net]")
        ),
        (
            "debian login: Cloud-init v. 25.1.4-0ubuntu0~24.04.1 finished at Thu, 01 Jan 2026 00:00:20 +0000. "
                + "Datasource DataSourceNone.  Up 19.80 seconds",
            .cloudInitEnded(dataSource: "DataSourceNone")
        ),
        ("Cloud-init v. 22.4.2 finished at Wed, 25 Nov", .cloudInitEnded(dataSource: "")),
        ("Cloud-init v. 22.4.2 running 'modules:final' at Wed, 25 Nov 2026 21:15:22 +0000. Up 31.02 seconds.", nil),
        ("the job finished at Wed, 25 Nov 2026. Datasource DataSourceNone.  Up 3 seconds", nil),
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
        ("A start job is running for odd (9223372036854775807h 1s / no limit)", nil),
        ("A start job is running for odd (-5s / no limit)", nil),
        ("[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs", .hopeless("its kernel panicked")),
        (
            "ALERT!  LABEL=nothing does not exist.  Dropping to a shell!",
            .hopeless("its initial RAM disk cannot find the root file system")
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
