import QMPClient
import QMPCore
import WireJSON

/// Plays a recording to one client: says what QEMU said, and waits where QEMU was told something.
struct FakeReplay {
    private var entries: ArraySlice<QMPRecording.Entry>
    /// The ids of the recording, and those that this client uses for the same commands.
    private var ids: [JSON: JSON] = [:]

    init(_ recording: QMPRecording) {
        entries = recording.entries[...]
    }

    /// Whether everything has been played.
    var isOver: Bool { entries.isEmpty }

    /// What QEMU said until it was told something.
    mutating func say() -> [UInt8] {
        var bytes: [UInt8] = []
        while let entry = entries.first, entry.direction == .received {
            entries.removeFirst()
            bytes += translated(entry.message) + Array("\r\n".utf8)
        }
        return bytes
    }

    /// Takes what the client says.
    /// - Returns: What is wrong with it; nil if it matches the recording.
    mutating func hear(_ message: JSON) -> String? {
        guard let entry = entries.popFirst() else { return "nothing more was recorded, and \(message) came" }
        guard let recorded = try? JSON.parse(entry.message) else { return "the recording is no JSON: \(entry.message)" }
        for name in ["execute", "exec-oob", "arguments"] where recorded[name] != message[name] {
            return "recorded was \(recorded), and \(message) came"
        }
        if let old = recorded["id"], let new = message["id"] { ids[old] = new }
        return nil
    }

    /// The message with this client's id in it.
    private func translated(_ text: String) -> [UInt8] {
        guard case .object(var object)? = try? JSON.parse(text), let id = object["id"], let new = ids[id] else {
            return Array(text.utf8)
        }
        object["id"] = new
        return (try? JSON.object(object).serialized()) ?? Array(text.utf8)
    }
}

extension FakeClient {
    /// Plays the recording until the client leaves.
    func replay(_ recording: QMPRecording, receive: (inout JSONFramer) -> Bool) {
        var replay = FakeReplay(recording)
        var framer = JSONFramer()
        write(bytes: replay.say())
        while true {
            while let frame = framer.next() {
                guard case .value(let text) = frame, let json = try? JSON.parse(text) else { continue }
                if let command = FakeCommand(json) { _ = fake.note(command) }
                if let complaint = replay.hear(json) {
                    fake.complain(complaint)
                    return
                }
                write(bytes: replay.say())
            }
            guard receive(&framer) else {
                if !replay.isOver { fake.complain("the client left before all was played") }
                return
            }
        }
    }
}
