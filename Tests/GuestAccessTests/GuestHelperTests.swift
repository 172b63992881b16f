import HostSupport
import HostTools
import LibC
import PatienceForTests
import SystemPackage
import Testing
import WireJSON

@testable import GuestAccess

/// The host's side against a scripted peer; the real helper in a real guest is in the QEMU ring.
@Suite struct GuestHelperTests {
    private func pair() throws -> (GuestHelper, MessageChannel, AsyncStream<JSONObject>) {
        var ends: [Int32] = [0, 0]
        #if canImport(Glibc)
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        #else
            try #require(socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0)
        #endif
        let (requests, feed) = AsyncStream.makeStream(of: JSONObject.self)
        let peer = MessageChannel(adopting: FileDescriptor(rawValue: ends[1]), label: "peer") { incoming in
            switch incoming {
            case .arrived(.message(let message, _)): feed.yield(message)
            case .closed: feed.finish()
            case .arrived(.reset), .arrived(.unreadable): break
            }
        }
        return (GuestHelper(adopting: FileDescriptor(rawValue: ends[0]), guest: "vm"), peer, requests)
    }

    @Test func `a request gets its own answer although the stream began in the middle of a message`() async throws {
        let (helper, peer, requests) = try pair()
        _ = peer.send(Array("ents\": [1]}\n{\"id\": 99, \"ok\": {}}\n".utf8))
        async let answer = helper.request("time", within: Patience.seconds(10))
        for await request in requests {
            #expect(request["do"] == "time")
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["time": 12]])
            break
        }
        #expect(try await answer["time"] == 12)
        helper.close()
    }

    @Test func `an answer with another token is a protocol violation`() async throws {
        let (helper, peer, requests) = try pair()
        let ping = Task { try await helper.ping(within: Patience.seconds(10)) }
        for await request in requests {
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["token": "stale"]])
            break
        }
        let error = await #expect(throws: GuestAccessError.self) { try await ping.value }
        #expect(error?.code == .protocolViolation)
    }

    @Test(arguments: ["0", "0.5", "{}", "null", "true"])
    func `an exit status that is none is the guest's fault`(status: String) async throws {
        let (helper, peer, requests) = try pair()
        let run = Task { try await helper.run(GuestCommand(["true"]), within: Patience.seconds(10)) }
        for await request in requests {
            let told = status == "0" ? JSON.string(status) : try JSON.parse("[\(status)]").arrayValue?.first ?? .null
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["status": told]])
            break
        }
        let error = await #expect(throws: GuestAccessError.self) { try await run.value }
        #expect(error?.code == .protocolViolation && error?.guest == "vm", "\(status)")
        helper.close()
    }

    @Test(arguments: ["../conftest.py", "/etc/passwd", "a/../../b", "a//b", "x\ny"])
    func `files whose names lead elsewhere are not taken from a guest`(name: String) async throws {
        let (helper, peer, requests) = try pair()
        let files = Task { try await helper.files(below: "/srv/x", upTo: 1000, within: Patience.seconds(10)) }
        for await request in requests {
            var sent: JSONObject = ["fine": "eA=="]
            sent[name] = "eA=="
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["files": .object(sent)]])
            break
        }
        let error = await #expect(throws: GuestAccessError.self) { try await files.value }
        #expect(error?.code == .protocolViolation)
        helper.close()
    }

    @Test func `more than was asked for is not taken from a guest`() async throws {
        let (helper, peer, requests) = try pair()
        let files = Task { try await helper.files(below: "/srv/x", upTo: 3, within: Patience.seconds(10)) }
        for await request in requests {
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["files": ["a": "eHh4eA=="]]])
            break
        }
        #expect(try await files.value == nil)
        helper.close()
    }

    @Test func `a silent helper is a timeout that says what was waited for`() async throws {
        let (helper, peer, _) = try pair()
        let error = await #expect(throws: GuestAccessError.self) { try await helper.ping(within: .milliseconds(50)) }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("to answer ping") == true)
        peer.close()
    }

    @Test func `requests fail when the other side goes away, and so do later ones`() async throws {
        let (helper, peer, requests) = try pair()
        let ping = Task { try await helper.ping(within: Patience.seconds(10)) }
        for await _ in requests { break }
        peer.close()
        let error = await #expect(throws: GuestAccessError.self) { try await ping.value }
        #expect(error?.code == .helperClosed)
        let later = await #expect(throws: GuestAccessError.self) { try await helper.ping(within: Patience.seconds(10)) }
        #expect(later?.code == .helperClosed)
    }

    @Test func `cancelling a wait frees its caller at once`() async throws {
        let (helper, peer, requests) = try pair()
        let waiting = Task { try await helper.ping(within: Patience.seconds(60)) }
        for await _ in requests { break }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        peer.close()
    }

    @Test func `milestones are replayed and waited for by name`() async throws {
        let (helper, peer, _) = try pair()
        async let reached = helper.wait(for: "ssh", within: Patience.seconds(10))
        _ = try peer.send(["event": "milestone", "name": "helper", "uptime": .double(1.25)])
        _ = try peer.send(["event": "milestone", "name": "ssh", "uptime": 2])
        #expect(try await reached == GuestMilestone(name: "ssh", uptime: .seconds(2)))
        #expect(try await helper.wait(for: "helper", within: Patience.seconds(10)).uptime == .milliseconds(1250))
    }

    @Test func `a large message survives a peer that reads slowly`() async throws {
        let (helper, peer, requests) = try pair()
        let text = String(repeating: "x", count: 3 << 20)
        async let answer = helper.request("echo", ["text": .string(text)], within: Patience.seconds(20))
        for await request in requests {
            _ = try peer.send(["id": try #require(request["id"]), "ok": ["text": try #require(request["text"])]])
            break
        }
        #expect(try await answer["text"] == .string(text))
    }

    @Test func `the vendor-data's script is valid and carries the whole helper`() async throws {
        let script = HelperInstallation.vendorData
        #expect(script.hasPrefix("#cloud-boothook\n#!/bin/sh\n"))
        #expect(script.contains(HelperInstallation.source))
        let shell = try await ToolRun.run("sh", ["-n", "-c", script])
        #expect(shell.isSuccess, "\(shell.errors)")
        let python = try await ToolRun.run(
            "python3",
            ["-c", "import sys; compile(sys.argv[1], 'h', 'exec')", HelperInstallation.source]
        )
        #expect(python.isSuccess, "\(python.errors)")
    }

    @Test func `a guest without real-time scheduling gets the helper all the same`() async throws {
        let program = """
            import errno, os, sys
            def refuse(*_): raise PermissionError(errno.EPERM, "no")
            os.sched_setscheduler = refuse
            helper = {"__name__": "helper"}
            exec(sys.argv[1], helper)
            class Port:
                def __init__(self, descriptor): pass
                def run(self): print("runs")
            helper.update(find_port=lambda name: "/dev/null", Helper=Port)
            sys.argv = ["helper"]
            helper["main"]()
            """
        let python = try await ToolRun.run("python3", ["-c", program, HelperInstallation.source])
        #expect(python.output == "runs\n", "\(python.errors)")
    }

    /// What a guest's kernel did on a busy host: the next host's request came first, then the news that the host before
    /// had left, then that the next was there.
    @Test func `a request that overtakes the news of its connection is answered`() async throws {
        let program = """
            import os, signal, sys
            helper = {"__name__": "helper"}
            exec(sys.argv[1], helper)
            class Kernel:
                POLLIN, POLLOUT, POLLHUP = 1, 4, 16
                def __init__(self):
                    self.arrives, self.written, self.is_open = [], b"", True
                def poll(self): return self
                def register(self, *_): self.events = [(0, 0 if self.is_open else self.POLLHUP)]
                def modify(self, *_): pass
                def unregister(self, *_): pass
                def poll_now(self, _): return self.events
                def read(self, *_): return self.arrives.pop(0)
                def write(self, _, data):
                    if not self.is_open: raise BlockingIOError()
                    self.written += data
                    return len(data)
            kernel = Kernel()
            class Poll:
                register, modify, unregister = kernel.register, kernel.modify, kernel.unregister
                poll = kernel.poll_now
            class Select:
                POLLIN, POLLOUT, POLLHUP = 1, 4, 16
                poll = staticmethod(lambda: Poll)
            class Files:
                read, write, getpid = kernel.read, kernel.write, os.getpid
                O_ASYNC = os.O_ASYNC
            class Control:
                F_GETFL, F_SETFL, F_SETOWN = 1, 2, 3
                fcntl = staticmethod(lambda *_: 0)
            helper.update(os=Files, select=Select, fcntl=Control)
            port = helper["Port"](0, Poll)
            def serve():
                for line in port.read_lines():
                    if line: port.send_line(b"answer to " + line + b"\\n")
            kernel.arrives = [b"first\\n", b"\\nsecond\\n\\nthi", b"", b"rd\\n", b"fourth\\n", b""]
            serve()
            kernel.is_open = False
            serve()
            serve()
            assert not port.connected and not port.look_for_host()
            kernel.is_open = True
            assert port.look_for_host()
            serve()
            # What is left unsaid to a host that has been heard of is dropped when it leaves.
            kernel.is_open = False
            serve()
            serve()
            kernel.is_open = True
            assert port.look_for_host() and not port.unsent
            print(kernel.written.decode(), end="")
            """
        let python = try await ToolRun.run("python3", ["-c", program, HelperInstallation.source])
        #expect(python.output == "answer to first\nanswer to second\nanswer to third\n", "\(python.errors)")
    }
}
