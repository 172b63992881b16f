import FuzzDriver
import QGA
import QMPCore
import WireJSON

@testable import GuestAccess

/// Feeds the host's side of the guest agent's protocol with what libFuzzer makes up.
@main
struct FuzzAgent {
    static func main() { fuzz(check) }

    /// Whatever a guest sends, nothing may trap, and an answer is only taken when a command waits for it.
    private static func check(_ bytes: [UInt8]) {
        var session = AgentSession()
        _ = session.synchronise(id: 7)
        var next: Int64 = 1
        for incoming in MessageReader.Incoming.all(in: bytes) {
            let wasAwaiting = session.isAwaiting
            var action = AgentSession.Action.ignore
            switch incoming {
            case .message(let message, _): action = session.received(message)
            case .reset: session.receivedDelimiter()
            case .unreadable(let error): action = session.receivedUnreadable(error)
            }
            switch action {
            case .reply(let reply):
                guard wasAwaiting else { fatalError("an answer that nobody waits for") }
                read(reply)
            case .refusal(_, let description): checkShown(description)
            case .synchronised, .unreadable, .ignore: break
            }
            if session.isInStep {
                _ = session.request("guest-ping", [:], id: next)
                next += 1
            } else if !session.isAwaiting {
                _ = session.synchronise(id: 7)
            }
        }
    }

    /// Reads a reply as the commands do whose replies Quiver uses itself.
    private static func read(_ reply: JSON) {
        if let status = try? GuestExecStatus(json: reply) {
            let told = GuestAgent.exitStatus(status)
            guard (0...255).contains(told) else { fatalError("exit status \(told)") }
            _ = status.outData.flatMap(Base64.decoded)
        }
        _ = (try? GuestFileRead(json: reply)).flatMap { Base64.decoded($0.bufB64) }
        _ = try? GuestFileWrite(json: reply)
        _ = try? GuestAgentInfo(json: reply)
        _ = try? GuestFilesystemInfo(json: reply)
        _ = try? GuestDeviceInfo(json: reply)
        _ = try? GuestOSInfo(json: reply)
    }
}
