public import WireJSON

/// A job as QEMU lists it.
public struct QMPJobInfo: Sendable, Hashable, JSONDecodable {
    /// The job's id, as it was given to the command that began it.
    public let id: String
    /// What kind of job, as in `snapshot-save` or `create`.
    public let type: String
    /// Where the job stands.
    public let status: QMPJobStatus
    /// What has been done, in a unit that only QEMU knows.
    public let current: UInt64
    /// What there is to do, in the same unit; it may grow.
    public let total: UInt64
    /// Why it failed; nil while it is running, and if it succeeded.
    public let error: String?

    /// Reads an element of what `query-jobs` returns; missing progress is 0.
    public init(json: JSON) throws(JSONError) {
        let object = try JSONObject(json: json)
        id = try object.value("id")
        type = try object.value("type")
        status = QMPJobStatus(rawValue: try object.value("status"))
        current = try object.optionalValue("current-progress") ?? 0
        total = try object.optionalValue("total-progress") ?? 0
        error = try object.optionalValue("error")
    }
}
