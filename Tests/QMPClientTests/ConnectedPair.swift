import LibC
import SystemPackage

/// Two connected sockets: one for the client under test, one for the test that plays its peer.
func connectedPair() throws -> (ours: FileDescriptor, theirs: FileDescriptor) {
    var descriptors: [Int32] = [-1, -1]
    #if canImport(Glibc)
        let kind = Int32(SOCK_STREAM.rawValue)
    #else
        let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &descriptors) == 0 else { throw Errno(rawValue: errno) }
    return (FileDescriptor(rawValue: descriptors[0]), FileDescriptor(rawValue: descriptors[1]))
}
