extension Schema {
    /// One enum, struct, union, alternate, command or event.
    public struct Definition: Sendable {
        /// What is defined.
        public enum Kind: Sendable {
            case enumeration([EnumValue])
            case structure(base: String?, members: [Member])
            case union(Union)
            case alternate([Branch])
            case command(Command)
            case event(Payload)
        }

        public let name: String
        public var kind: Kind
        /// The first QEMU that has it, as in `6.0`; nil when QEMU does not say.
        public var since: String?
        /// The last of the compiled versions that has it; nil while the newest has it.
        public var last: String?
        /// Features such as `deprecated`, `unstable`, `json-cli`.
        public var features: [String] = []
        /// What QEMU must have been built with; nil when it always has it.
        public var condition: Condition?

        public init(
            name: String,
            kind: Kind,
            since: String?,
            last: String?,
            features: [String],
            condition: Condition? = nil,
        ) {
            self.name = name
            self.kind = kind
            self.since = since
            self.last = last
            self.features = features
            self.condition = condition
        }

        public var isDeprecated: Bool { features.contains("deprecated") || last != nil }
        public var isUnstable: Bool { features.contains("unstable") }
    }

    /// A value of an enum.
    public struct EnumValue: Sendable {
        public let name: String
        public var since: String?
        public var last: String?
        public var features: [String] = []
        public var condition: Condition?
    }

    /// A member of a struct, of a union's common part, or of a command's or event's arguments.
    public struct Member: Sendable {
        public let name: String
        public let type: TypeName
        public var isOptional: Bool
        public var since: String?
        public var last: String?
        /// A literal default that QEMU states, as in `false` or `64 KiB`.
        public var standard: String?
        public var features: [String] = []
        public var condition: Condition?
    }

    /// A tagged union: common members, and for each value of the discriminator a type with the rest of the members.
    public struct Union: Sendable {
        public var base: String?
        public var discriminator: String
        public var members: [Member]
        public var branches: [Branch]
        /// The branch of an object without the discriminator: older QEMUs had a struct here and send one.
        public var untagged: String?

        public init(
            base: String?,
            discriminator: String,
            members: [Member],
            branches: [Branch],
            untagged: String? = nil,
        ) {
            self.base = base
            self.discriminator = discriminator
            self.members = members
            self.branches = branches
            self.untagged = untagged
        }
    }

    /// A branch of a union or a choice of an alternate.
    public struct Branch: Sendable {
        public let name: String
        public let type: TypeName
        public var features: [String] = []
        public var condition: Condition?
    }

    /// What a command takes or an event carries.
    public enum Payload: Sendable {
        case members([Member])
        /// All members of the type.
        case type(String)
    }

    /// A command.
    public struct Command: Sendable {
        public var payload: Payload
        /// What it returns; nil for nothing.
        public var returns: TypeName?
        /// Whether it may run out of band, before commands that were sent earlier.
        public var allowsOutOfBand: Bool
        /// Whether it may be sent before the machine has been created.
        public var allowsPreconfig: Bool
        /// Whether it answers only when it fails.
        public var isSilent: Bool
        /// Whether it takes members beyond those that the schema names, as `device_add` does.
        public var isOpen: Bool
    }
}
