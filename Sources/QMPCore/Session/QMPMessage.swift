package import WireJSON

/// A message from QEMU, classified by its members.
package enum QMPMessage: Sendable, Hashable {
    case greeting(QMPGreeting)
    case success(id: JSON?, value: JSON)
    case failure(id: JSON?, errorClass: String, message: String)
    case event(QMPEvent)
    case unknown(JSON)

    /// Classifies a message; one with another shape is ``unknown(_:)``.
    package init(_ json: JSON) {
        guard case .object(let object) = json else {
            self = .unknown(json)
            return
        }
        if let name = object["event"]?.stringValue {
            self = .event(
                QMPEvent(
                    name: name,
                    data: object["data"]?.objectValue ?? [:],
                    timestamp: Self.microseconds(object["timestamp"]),
                )
            )
        } else if let value = object["return"] {
            self = .success(id: object["id"], value: value)
        } else if let error = object["error"] {
            self = .failure(
                id: object["id"],
                errorClass: error["class"]?.stringValue ?? "GenericError",
                message: error["desc"]?.stringValue ?? error.description,
            )
        } else if let greeting = object["QMP"], let value = try? QMPGreeting(json: greeting) {
            self = .greeting(value)
        } else {
            self = .unknown(json)
        }
    }

    /// Microseconds since 1970; nil for the -1 of a host that cannot get the time.
    private static func microseconds(_ timestamp: JSON?) -> Int64? {
        guard case .integer(let seconds) = timestamp?["seconds"], seconds >= 0,
            case .integer(let microseconds) = timestamp?["microseconds"], microseconds >= 0
        else { return nil }
        let (product, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carried) = product.addingReportingOverflow(microseconds)
        return overflowed || carried ? nil : sum
    }
}
