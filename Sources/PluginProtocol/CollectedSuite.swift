import GuestAccess
package import WireJSON

/// What pytest has collected in the guest, in the order in which it would run.
package struct CollectedSuite: Sendable, Hashable, JSONDecodable {
    package struct Item: Sendable, Hashable, JSONDecodable {
        /// pytest's node id; it may contain any characters.
        package let id: String
        /// The test file, relative to pytest's root directory.
        package let file: String

        package init(id: String, file: String) {
            self.id = id
            self.file = file
        }

        package init(json: JSON) throws(JSONError) {
            let members = try JSONObject(json: json)
            id = try members.guestText("id", atMost: 1 << 16)
            file = try members.guestText("file", atMost: 1 << 16)
        }
    }

    package let items: [Item]
    /// pytest's version.
    package let pytest: String
    /// Whether pytest runs as root, so that its plugin can fix up clock and random pool itself.
    package let isRoot: Bool

    package init(items: [Item], pytest: String, isRoot: Bool) {
        self.items = items
        self.pytest = pytest
        self.isRoot = isRoot
    }

    package init(json: JSON) throws(JSONError) {
        let members = try JSONObject(json: json)
        items = try members.guestList("items", atMost: 200_000)
        pytest = try members.guestText("pytest", atMost: 100)
        isRoot = try members.value("root")
    }
}
