import Synchronization

/// A record of durations that several tasks write to.
final class DurationKeeper: Sendable {
    private let record: Mutex<DurationRecord>

    init(_ record: DurationRecord) {
        self.record = Mutex(record)
    }

    var seconds: [String: Double] { record.withLock { $0.seconds } }

    func note(_ id: String, seconds: Double) {
        record.withLock { $0.note(id, seconds: seconds) }
    }

    func save() {
        record.withLock { $0.save() }
    }
}
