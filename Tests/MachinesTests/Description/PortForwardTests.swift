import Testing

@testable import Machines

struct PortForwardTests {
    @Test(arguments: [
        ("8080:80", "tcp:127.0.0.1:8080-:80"), ("0:22", "tcp:127.0.0.1:0-:22"),
        ("10.0.0.1:53:53/udp", "udp:10.0.0.1:53-:53"), ("5353:53/udp", "udp:127.0.0.1:5353-:53"),
    ])
    func `a forward is read as it is written on the command line`(text: String, expected: String) throws {
        #expect(try #require(PortForward(parsing: text)).description == expected)
    }

    @Test(arguments: ["", "80", "a:b", "80:0", "70000:80", "host:80:80", "1.2.3:80:80", "80:80/sctp", "1:2:3:4"])
    func `anything else is no forward`(text: String) {
        #expect(PortForward(parsing: text) == nil)
    }

    @Test func `the monitor's table is read, guest connections left out`() {
        let table = """
            Hub -1 (net0):\r
              Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
              TCP[HOST_FORWARD]   3       127.0.0.1 39439       10.0.2.15    22     0     0\r
              UDP[HOST_FORWARD]  14       127.0.0.1  5353       10.0.2.15    53     0     0\r
              TCP[ESTABLISHED]   15       127.0.0.1 39439       10.0.2.15    22     0     0\r
            """
        #expect(PortForward.parse(table: table).map(\.hostPort) == [39439, 5353])
    }
}
