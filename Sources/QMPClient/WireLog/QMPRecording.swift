import HostSupport
public import SystemPackage
import WireJSON

/// The messages of a connection, in order; made by ``QMPRecorder``, replayed by the fake of QMPTesting.
///
/// A file has one message per line, as JSON: `{"at":1500,"direction":"sent","message":"…"}`, where `at` counts
/// nanoseconds from the start of the recording and `message` is the text on the wire.
public struct QMPRecording: Sendable, Hashable {
    /// One message.
    public struct Entry: Sendable, Hashable {
        /// From the start of the recording.
        public let time: Duration
        /// Which way the message went.
        public let direction: QMPDirection
        /// The text as it was on the wire.
        public let message: String

        /// Creates an entry; the parameters are its properties.
        public init(time: Duration, direction: QMPDirection, message: String) {
            self.time = time
            self.direction = direction
            self.message = message
        }
    }

    /// The messages, in the order in which they were sent and received.
    public var entries: [Entry]

    /// Creates a recording of messages that a test makes up.
    public init(entries: [Entry]) { self.entries = entries }

    /// Reads a recording from a file.
    /// - Throws: `Errno` when it cannot be read, ``QMPRecordingError`` that names the invalid line.
    public init(contentsOf path: FilePath) throws {
        var entries: [Entry] = []
        let bytes = try Self.read(path)
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do throws(JSONError) {
                entries.append(try Entry(json: JSON.parse(Array(line))))
            } catch {
                throw QMPRecordingError(path: path, line: index + 1, message: "\(error)")
            }
        }
        self.entries = entries
    }

    private static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 { return bytes }
                bytes.append(contentsOf: buffer[..<count])
            }
        }
    }
}

/// An invalid line in a recording.
public struct QMPRecordingError: Error, Sendable, CustomStringConvertible {
    /// The recording's file.
    public let path: FilePath
    /// The line, counted from 1.
    public let line: Int
    /// What is wrong with the line.
    public let message: String

    /// File, line and what is wrong, as compilers write it.
    public var description: String { "\(path):\(line): not a line of a recording: \(message)" }
}

extension QMPRecording.Entry {
    init(json: JSON) throws(JSONError) {
        let object = try JSONObject(json: json)
        time = .nanoseconds(try object.value("at") as Int64)
        let name: String = try object.value("direction")
        guard let direction = QMPDirection(rawValue: name) else {
            throw JSONError(.typeMismatch, "expected sent or received, found \(name)", path: "direction")
        }
        self.direction = direction
        message = try object.value("message")
    }

    var json: JSON {
        [
            "at": .integer(Int64(time / .nanoseconds(1))), "direction": .string(direction.rawValue),
            "message": .string(message),
        ]
    }
}
