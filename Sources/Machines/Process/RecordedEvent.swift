import HostSupport
import SystemPackage
import WireJSON

/// An event that a machine's keeper recorded.
struct RecordedEvent {
    let name: String
    let data: JSONObject
    /// When, by the host's wall clock, in seconds since 1970; nil if QEMU did not say.
    var time: Double?

    /// The events in a record; invalid and incomplete lines are skipped.
    static func read(_ path: FilePath) -> [RecordedEvent] {
        parse((try? WholeFile.read(path)) ?? [])
    }

    static func parse(_ record: [UInt8]) -> [RecordedEvent] {
        record.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard case .object(let message)? = try? JSON.parse(Array(line)), case .string(let name)? = message["event"]
            else { return nil }
            return RecordedEvent(name: name, data: message["data"]?.objectValue ?? [:], time: time(of: message))
        }
    }

    private static func time(of message: JSONObject) -> Double? {
        guard let stamp = message["timestamp"]?.objectValue, let seconds = stamp["seconds"]?.intValue else {
            return nil
        }
        return Double(seconds) + Double(stamp["microseconds"]?.intValue ?? 0) / 1e6
    }
}
