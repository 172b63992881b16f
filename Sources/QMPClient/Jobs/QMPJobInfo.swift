public import WireJSON

/// A job as QEMU lists it.
public struct QMPJobInfo: Sendable, Hashable, JSONDecodable {
    public let id: String
    /// What kind of job, as in `snapshot-save` or `create`.
    public let type: String
    public let status: QMPJobStatus
    public let current: UInt64
    public let total: UInt64
    /// Why it failed; nil while it is running, and if it succeeded.
    public let error: String?

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
