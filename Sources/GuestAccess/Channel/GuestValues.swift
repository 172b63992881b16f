import LibC
package import WireJSON

/// Values that a guest sent, as values of the host.
///
/// Tests run as root in the guest, so that everything it sends may be forged. Whatever becomes a number, a duration, a
/// name or a text of the host goes through here or through ``GuestPath``: numbers are finite and in a range in which
/// sums of them cannot overflow, texts have a limit.
extension JSONObject {
    /// The longest time that a guest may claim, in seconds: three years.
    private static let longest = 1e8
    /// The latest moment on a guest's clocks, in nanoseconds: an uptime of 36 years.
    private static let latest: Int64 = 1 << 60

    /// A number of seconds from zero to three years.
    package func guestSeconds(_ name: String) throws(JSONError) -> Double {
        let seconds: Double = try value(name)
        guard seconds >= 0, seconds <= Self.longest else {
            throw JSONError(.outOfRange, "not a number of seconds from 0 to \(Self.longest)", path: name)
        }
        return seconds
    }

    /// A duration, which the guest sends in seconds; to the millisecond.
    package func guestDuration(_ name: String) throws(JSONError) -> Duration {
        .milliseconds(Int64(try guestSeconds(name) * 1000))
    }

    /// A moment of the guest's monotonic clock, in nanoseconds.
    package func guestMoment(_ name: String) throws(JSONError) -> Int64 {
        let moment: Int64 = try value(name)
        guard moment >= 0, moment <= Self.latest else {
            throw JSONError(.outOfRange, "not a moment of a clock", path: name)
        }
        return moment
    }

    /// A moment of the guest's wall clock, in nanoseconds since 1970, before the year 2116.
    package func guestWallClock(_ name: String) throws(JSONError) -> Int64 {
        let moment: Int64 = try value(name)
        guard moment >= 0, moment <= 1 << 62 else {
            throw JSONError(.outOfRange, "not a moment of a wall clock", path: name)
        }
        return moment
    }

    /// The exit status of a program, from 0 to 255; anything else counts as 255, never as success.
    package func guestStatus(_ name: String) throws(JSONError) -> Int32 {
        let status: Int64 = try value(name)
        return Int32(UInt8(exactly: status) ?? .max)
    }

    /// A text of at most this many bytes.
    package func guestText(_ name: String, atMost limit: Int) throws(JSONError) -> String {
        let text: String = try value(name)
        guard text.utf8.count <= limit else {
            throw JSONError(.limitExceeded, "longer than \(limit) bytes", path: name)
        }
        return text
    }

    /// IPv4 addresses by name; what is none is left out.
    package func guestAddresses(_ name: String) throws(JSONError) -> [String: String] {
        let addresses: [String: String] = try optionalValue(name) ?? [:]
        return addresses.filter { _, text in
            var address = in_addr()
            return inet_pton(AF_INET, text, &address) == 1
        }
    }

    /// A list of at most this many elements.
    package func guestList<Element: JSONDecodable>(_ name: String, atMost limit: Int) throws(JSONError) -> [Element] {
        guard let elements = self[name]?.arrayValue else {
            throw JSONError(.typeMismatch, "not a list", path: name)
        }
        guard elements.count <= limit else {
            throw JSONError(.limitExceeded, "more than \(limit) elements", path: name)
        }
        return try value(name)
    }
}
