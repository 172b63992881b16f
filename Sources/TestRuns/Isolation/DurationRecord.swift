import HostSupport
import SystemPackage
import WireJSON

/// How long a project's tests took in earlier runs, stored between runs; losing it only means a worse order.
struct DurationRecord: Sendable {
    private(set) var seconds: [String: Double]
    private let file: FilePath

    init(project: FilePath, home: QuiverHome) {
        file = ProjectCache.file("durations", ".json", of: project, home: home)
        let bytes = (try? WholeFile.read(file)) ?? []
        seconds = (try? JSON.parse(bytes).decode(as: [String: Double].self)) ?? [:]
    }

    mutating func note(_ id: String, seconds: Double) {
        self.seconds[id] = seconds
    }

    /// Writes the record; a failure does not fail the run.
    func save() {
        try? Directory.create(file.removingLastComponent())
        guard let bytes = try? seconds.json.serialized() else { return }
        try? WholeFile.write(bytes, to: file)
    }
}
