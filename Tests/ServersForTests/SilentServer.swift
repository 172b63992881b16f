package import SystemPackage

/// A port of this host at which a connection is neither taken nor refused, as behind a firewall that drops it.
package final class SilentServer: Sendable {
    package let port: UInt16
    private let sockets: [FileDescriptor]

    /// Who listens for no connection and accepts none has a queue that is soon full; what comes then is left unanswered.
    package init() throws(Errno) {
        let listener = try LoopbackSocket()
        port = try listener.listen(backlog: 0)
        var sockets = [listener.descriptor]
        for _ in 0..<8 {
            let filler = try LoopbackSocket()
            try filler.beginConnecting(to: port)
            sockets.append(filler.descriptor)
        }
        self.sockets = sockets
    }

    deinit {
        for socket in sockets { try? socket.close() }
    }
}
