/// The members of a JSON object, in the order in which they were written or received.
///
/// Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    /// One name and its value.
    public struct Member: Sendable, Hashable {
        /// The name, which is unescaped.
        public let name: String
        /// The value.
        public var value: JSON

        /// Creates a member; the parameters are its properties.
        public init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The members, in the order in which they were written or received.
    public private(set) var members: [Member] = []

    /// Creates an object without members.
    public init() {}

    /// Takes members whose names the caller knows to differ.
    init(uniqueMembers members: [Member]) {
        self.members = members
    }

    /// Creates an object from a literal; of two members of the same name the later value counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The member's value, or nil when there is none of that name.
    ///
    /// Setting nil removes the member.
    public subscript(name: String) -> JSON? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: Hashable {
    /// Compares the members, whatever their order.
    public static func == (left: Self, right: Self) -> Bool {
        left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    /// Hashes the members, whatever their order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Set(members))
    }
}
