import Dispatch
import HostSupport
import LibC
import ServersForTests
import Synchronization
import SystemPackage

/// An HTTP server on the loopback address with files as a vendor lays them out, and faults as networks have them.
final class VendorServer: Sendable {
    /// What goes wrong with one request.
    enum Fault: Sendable {
        /// The connection closes after so many bytes of the content.
        case cut(after: Int)
        /// Nothing more comes after so many bytes of the content, and the connection stays.
        case stall(after: Int)
        /// An answer with this status and no content.
        case status(Int)
        /// The whole file, though its rest was asked for.
        case ignoresRange
        /// Pieces of so many bytes with a pause between.
        case slow(piece: Int, milliseconds: UInt32)
        /// Content without end, and no length announced.
        case endless
        /// A length beyond every disk is announced.
        case announces(length: Int)
        /// The whole content, of which no length is announced.
        case hidesLength
        /// Nothing more comes after so many bytes of the content until the server is told to go on.
        case waits(after: Int)
        /// A redirection to another URL.
        case redirects(to: String)
    }

    /// A request as it came.
    struct Request: Sendable, Equatable {
        let path: String
        /// The first byte asked for; nil when the whole file was.
        let from: Int?
    }

    private struct State {
        var files: [String: [UInt8]] = [:]
        var faults: [String: [Fault]] = [:]
        var requests: [Request] = []
    }

    private let listener: LoopbackListener
    private let state = Mutex(State())
    private let gate = DispatchSemaphore(value: 0)

    init() throws {
        listener = try LoopbackListener()
        listener.serve { [self] in answer($0) }
    }

    var port: UInt16 { listener.port }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    func put(_ path: String, _ bytes: some Sequence<UInt8>) {
        state.withLock { $0.files[path] = Array(bytes) }
    }

    /// The faults of the next requests for a path, one for each; the ones after them are answered well.
    func fail(_ path: String, _ faults: Fault...) {
        fail(path, faults)
    }

    func fail(_ path: String, _ faults: [Fault]) {
        state.withLock { $0.faults[path] = faults }
    }

    func requests(for path: String) -> [Request] {
        state.withLock { $0.requests.filter { $0.path == path } }
    }

    /// Lets one answer go on that waits.
    func letGo() {
        gate.signal()
    }

    func stop() {
        listener.stop()
    }

    private func answer(_ client: FileDescriptor) {
        guard let request = read(from: client) else { return }
        let (content, fault) = state.withLock { state -> ([UInt8]?, Fault?) in
            state.requests.append(request)
            let faults = state.faults[request.path] ?? []
            state.faults[request.path] = Array(faults.dropFirst())
            return (state.files[request.path], faults.first)
        }
        try? send(content, for: request, fault: fault, to: client)
    }

    private func read(from client: FileDescriptor) -> Request? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !text.contains("\r\n\r\n") {
            guard let count = try? buffer.withUnsafeMutableBytes({ try client.read(into: $0) }), count > 0 else {
                return nil
            }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        guard let path = text.split(separator: " ").dropFirst().first else { return nil }
        let range = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
        let from = range.flatMap { Int($0.dropFirst("Range: bytes=".count).prefix { $0.isNumber }) }
        return Request(path: String(path), from: from)
    }

    private func send(_ content: [UInt8]?, for request: Request, fault: Fault?, to client: FileDescriptor) throws {
        func head(_ status: String, _ fields: [String] = []) throws {
            let lines = ["HTTP/1.1 \(status)"] + fields + ["Connection: close", "", ""]
            try client.sendAll(lines.joined(separator: "\r\n").utf8)
        }
        guard let content else { return try head("404 Not Found", ["Content-Length: 0"]) }
        var from = request.from
        switch fault {
        case .status(let status): return try head("\(status) Fault", ["Content-Length: 0"])
        case .redirects(let url): return try head("302 Found", ["Location: \(url)", "Content-Length: 0"])
        case .endless:
            try head("200 OK")
            let piece = [UInt8](repeating: 7, count: 65536)
            while true { try client.sendAll(piece) }
        case .announces(let length):
            try head("200 OK", ["Content-Length: \(length)"])
            try client.sendAll(content)
            return
        case .ignoresRange: from = nil
        case .hidesLength:
            try head("200 OK")
            try client.sendAll(content)
            return
        case .cut, .stall, .slow, .waits, nil: break
        }
        if let from, from >= content.count {
            return try head(
                "416 Range Not Satisfiable",
                ["Content-Range: bytes */\(content.count)", "Content-Length: 0"]
            )
        }
        let body = content[(from ?? 0)...]
        if let from {
            let range = "Content-Range: bytes \(from)-\(content.count - 1)/\(content.count)"
            try head("206 Partial Content", [range, "Content-Length: \(body.count)"])
        } else {
            try head("200 OK", ["Content-Length: \(body.count)"])
        }
        switch fault {
        case .cut(let count):
            try client.sendAll(body.prefix(count))
        case .stall(let count):
            try client.sendAll(body.prefix(count))
            var ignored: UInt8 = 0
            // Returns once the client has given up and closed.
            _ = try withUnsafeMutableBytes(of: &ignored) { try client.read(into: $0) }
        case .waits(let count):
            try client.sendAll(body.prefix(count))
            gate.wait()
            try client.sendAll(body.dropFirst(count))
        case .slow(let piece, let milliseconds):
            var rest = body
            while !rest.isEmpty {
                try client.sendAll(rest.prefix(piece))
                rest = rest.dropFirst(piece)
                usleep(milliseconds * 1000)
            }
        default:
            try client.sendAll(body)
        }
    }
}
