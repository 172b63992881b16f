import CPlatform
import LibC
import SystemPackage
import Testing

@testable import Machines

@Suite struct KeeperLinkTests {
    @Test func `a keeper that is gone is asked for nothing`() throws {
        let (ours, keepers) = try ListeningSocket.pair()
        try keepers.close()
        let link = KeeperLink(adopting: ours)
        link.send(CPLATFORM_KEEPER_KILL)
        #expect(link.nextMessage() == nil)
        link.close()
    }

    @Test func `nothing is sent once the link is closed, whatever file has its number then`() throws {
        let (ours, keepers) = try ListeningSocket.pair()
        // A number that nobody else is given meanwhile.
        let number = fcntl(ours.rawValue, F_DUPFD, 700)
        try #require(number >= 700)
        let link = KeeperLink(adopting: FileDescriptor(rawValue: number))
        link.close()
        let ends = try FileDescriptor.pipe()
        try #require(dup2(ends.writeEnd.rawValue, number) == number)
        link.send(CPLATFORM_KEEPER_KILL)
        link.close()
        var state = pollfd(fd: ends.readEnd.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(poll(&state, 1, 0) == 0, "the file that has the number now was written to")
        for descriptor in [FileDescriptor(rawValue: number), ends.readEnd, ends.writeEnd, ours, keepers] {
            try descriptor.close()
        }
    }
}
