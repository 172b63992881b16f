import Testing

@testable import GuestAccess

@Suite struct RsyncKindTests {
    @Test(
        arguments: [
            ("rsync  version 3.2.7  protocol version 31\nCopyright (C) 1996-2022 by Andrew Tridgell\n", .samba),
            ("rsync  version 3.4.1  protocol version 32\n", .samba),
            ("rsync version v3.2.7 protocol version 31\n", .other),
            ("rsync  version 2.6.9  protocol version 29\n", .other),
            ("openrsync: protocol version 29, rsync version 2.6.9 compatible\n", .other),
            ("openrsync: protocol version 29\n", .other),
            ("rsync\n", .other), ("", .other), ("\n\n", .other),
        ] as [(String, RsyncKind)]
    )
    func `a version text says which rsync it is`(text: String, kind: RsyncKind) {
        #expect(RsyncKind(version: text) == kind)
    }
}
