package import WireJSON

/// A descriptor that travels with a command; open for as long as the object lives.
package protocol QMPPassenger: AnyObject, Sendable {
    /// The descriptor's number.
    var rawValue: Int32 { get }
}

/// One command on its way, as the session sees it.
package struct QMPRequest: Sendable {
    /// Unique in the life of a connection, over reconnects too.
    package let id: UInt64
    /// The command's name on the wire.
    package let name: String
    /// Whether the command overtakes those in flight.
    package let isOutOfBand: Bool
    /// What goes with the first byte of the message; nil when the command takes none.
    package let passenger: (any QMPPassenger)?
    /// The message as it is sent.
    package let message: [UInt8]

    package init(
        id: UInt64,
        name: String,
        isOutOfBand: Bool = false,
        passenger: (any QMPPassenger)? = nil,
        message: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.isOutOfBand = isOutOfBand
        self.passenger = passenger
        self.message = message
    }

    /// Writes the message for a command.
    /// - Throws: ``WireJSON/JSONError`` when an argument cannot be written as JSON.
    package init(
        id: UInt64,
        name: String,
        arguments: JSONObject,
        isOutOfBand: Bool = false,
        passenger: (any QMPPassenger)? = nil,
    ) throws(JSONError) {
        var message: [UInt8] = []
        message.reserveCapacity(64 + name.utf8.count)
        message.append(contentsOf: (isOutOfBand ? "{\"exec-oob\":" : "{\"execute\":").utf8)
        try JSON.string(name).write(to: &message)
        if !arguments.isEmpty {
            message.append(contentsOf: ",\"arguments\":".utf8)
            do { try JSON.object(arguments).write(to: &message) } catch { throw error.inside("arguments") }
        }
        message.append(contentsOf: ",\"id\":".utf8)
        try JSON(id).write(to: &message)
        message.append(contentsOf: "}\n".utf8)
        self.init(id: id, name: name, isOutOfBand: isOutOfBand, passenger: passenger, message: message)
    }
}
