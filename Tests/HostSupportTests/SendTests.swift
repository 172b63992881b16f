import HostSupport
import LibC
import SystemPackage
import Testing

@Suite struct SendTests {
    @Test func `sending to a side that is gone is an error and no signal`() throws {
        let (ours, theirs) = try pair()
        defer { try? ours.close() }
        try theirs.close()
        #expect(throws: Errno.brokenPipe) { try ours.sendAll([1, 2, 3]) }
    }

    @Test func `what finds no room at once is sent whole`() async throws {
        let (ours, theirs) = try pair()
        let wanted = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        async let sent: Void = BlockingCalls.run {
            defer { try? ours.close() }
            try ours.sendAll(wanted)
        }
        let found = try await BlockingCalls.run {
            defer { try? theirs.close() }
            var found: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = try piece.withUnsafeMutableBytes { try theirs.read(into: $0) }
                guard count > 0 else { return found }
                found += piece[..<count]
            }
        }
        try await sent
        #expect(found == wanted)
    }

    private func pair() throws -> (FileDescriptor, FileDescriptor) {
        var ends: [Int32] = [0, 0]
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
}
