import GuestAccess
import WireJSON

/// What pytest has collected in the guest, in the order in which it would run.
struct CollectedSuite: Sendable, Hashable, JSONDecodable {
    struct Item: Sendable, Hashable, JSONDecodable {
        /// pytest's node id; it may contain any characters.
        let id: String
        /// The test file, relative to pytest's root directory.
        let file: String

        init(id: String, file: String) {
            self.id = id
            self.file = file
        }

        init(json: JSON) throws(JSONError) {
            let members = try JSONObject(json: json)
            id = try members.guestText("id", atMost: 1 << 16)
            file = try members.guestText("file", atMost: 1 << 16)
        }
    }

    let items: [Item]
    /// pytest's version.
    let pytest: String
    /// Whether pytest runs as root, so that its plugin can fix up clock and random pool itself.
    let isRoot: Bool

    init(items: [Item], pytest: String, isRoot: Bool) {
        self.items = items
        self.pytest = pytest
        self.isRoot = isRoot
    }

    init(json: JSON) throws(JSONError) {
        let members = try JSONObject(json: json)
        items = try members.guestList("items", atMost: 1_000_000)
        pytest = try members.guestText("pytest", atMost: 100)
        isRoot = try members.value("root")
    }
}
