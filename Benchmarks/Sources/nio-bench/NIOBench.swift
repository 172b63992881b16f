import NIOCore
import NIOPosix
import WireJSON

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Measures what a client on SwiftNIO would take, to settle the choice of a transport: a throw-away client that matches
/// replies by their order and knows no deadline, no cancellation and no event.
@main
struct NIOBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]) else {
            print("usage: nio-bench roundtrip|pipelined SOCKET COUNT")
            exit(64)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ReplyHandler()) }
            }
            .connect(unixDomainSocketPath: arguments[2])
            .get()
        let client = NIOClient(channel: channel)
        _ = try await client.execute(#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}"#)
        switch arguments[1] {
        case "roundtrip": try await roundtrip(client, count: count)
        case "pipelined": try await pipelined(client, count: count)
        default: exit(64)
        }
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private static func roundtrip(_ client: NIOClient, count: Int) async throws {
        var times: [Duration] = []
        times.reserveCapacity(count)
        let cpu = cpuTime()
        for id in 0..<count {
            let start = ContinuousClock.now
            _ = try await client.execute(#"{"execute":"query-status","id":\#(id)}"#)
            times.append(start.duration(to: .now))
        }
        let used = (cpuTime() - cpu) / Double(count)
        print(#"{"p50":\#(times.sorted()[count / 2] / .microseconds(1)),"cpu":\#(used)}"#)
    }

    private static func pipelined(_ client: NIOClient, count: Int) async throws {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for id in 0..<(count / 8) { _ = try await client.execute(#"{"execute":"query-status","id":\#(id)}"#) }
                }
            }
            try await group.waitForAll()
        }
        print(#"{"rate":\#(Double(count) / (start.duration(to: .now) / .seconds(1)))}"#)
    }

    private static func cpuTime() -> Double {
        var usage = rusage()
        // RUSAGE_SELF, whose type differs between the platforms.
        getrusage(numericCast(0), &usage)
        let whole = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
        return whole + Double(usage.ru_utime.tv_usec) + Double(usage.ru_stime.tv_usec)
    }
}

/// Hands a command to the loop and waits for what the loop makes of the reply.
struct NIOClient: Sendable {
    struct Request: Sendable {
        let bytes: ByteBuffer
        let reply: EventLoopPromise<JSON>
    }

    let channel: any Channel

    func execute(_ command: String) async throws -> JSON {
        let promise = channel.eventLoop.makePromise(of: JSON.self)
        channel.writeAndFlush(Request(bytes: ByteBuffer(string: command + "\n"), reply: promise), promise: nil)
        return try await promise.futureResult.get()
    }
}

/// Cuts what comes into lines and gives the replies to those who wait, in order.
final class ReplyHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = NIOClient.Request
    typealias OutboundOut = ByteBuffer

    private var waiting: CircularBuffer<EventLoopPromise<JSON>> = []
    private var received = ByteBuffer()

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = Self.unwrapOutboundIn(data)
        waiting.append(request.reply)
        context.write(Self.wrapOutboundOut(request.bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = Self.unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        while let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let count = end - received.readerIndex + 1
            guard let line = received.readBytes(length: count) else { break }
            do {
                let message = try JSON.parse(line)
                if let value = message["return"] { waiting.popFirst()?.succeed(value) }
            } catch {
                waiting.popFirst()?.fail(error)
            }
        }
        received.discardReadBytes()
    }
}
