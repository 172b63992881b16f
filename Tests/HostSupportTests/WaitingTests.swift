import HostSupport
import SystemPackage
import Testing

@Suite struct WaitingTests {
    @Test func `of several descriptors those with something to read are told`() throws {
        try Self.withPipes { quiet, talking in
            #expect(try FileDescriptor.readable(among: [quiet.readEnd], within: .milliseconds(1)).isEmpty)
            _ = try talking.writeEnd.writeAll([1])
            let ready = try FileDescriptor.readable(among: [quiet.readEnd, talking.readEnd])
            #expect(ready == [talking.readEnd])
        }
    }

    @Test func `a descriptor whose other side is gone can be read`() throws {
        try Self.withPipes { quiet, ended in
            try ended.writeEnd.close()
            #expect(try FileDescriptor.readable(among: [quiet.readEnd, ended.readEnd]) == [ended.readEnd])
        }
    }

    @Test func `a descriptor that is not open is an error, and not one to be read`() throws {
        try Self.withPipes { quiet, _ in
            // No process has as many descriptors as that.
            let closed = FileDescriptor(rawValue: 900_000_000)
            #expect(throws: Errno.badFileDescriptor) {
                try FileDescriptor.readable(among: [quiet.readEnd, closed], within: .milliseconds(1))
            }
        }
    }

    @Test func `without time to wait, what is there is told at once`() throws {
        try Self.withPipes { quiet, talking in
            _ = try talking.writeEnd.writeAll([1])
            let ready = try FileDescriptor.readable(among: [quiet.readEnd, talking.readEnd], within: .zero)
            #expect(ready == [talking.readEnd])
        }
    }

    private typealias Pipe = (readEnd: FileDescriptor, writeEnd: FileDescriptor)

    private static func withPipes(_ body: (Pipe, Pipe) throws -> Void) throws {
        let (one, other) = (try FileDescriptor.pipe(), try FileDescriptor.pipe())
        // An end that the body has closed stays closed: nothing else here opens descriptors meanwhile.
        defer { for end in [one.readEnd, one.writeEnd, other.readEnd] { try? end.close() } }
        try body(one, other)
    }
}
