extension Schema {
    /// One enum, struct, union, alternate, command or event.
    public struct Definition: Sendable {
        /// What is defined.
        public enum Kind: Sendable {
            /// An enum with these values.
            case enumeration([EnumValue])
            /// A struct; the members of `base`, where there is one, come first.
            case structure(base: String?, members: [Member])
            /// A tagged union.
            case union(Union)
            /// An alternate: one of these types, told apart by its JSON type.
            case alternate([Branch])
            /// A command.
            case command(Command)
            /// An event that carries this.
            case event(Payload)
        }

        /// The name in QEMU's schema, as in `query-status` or `BlockdevOptions`.
        public let name: String
        /// What is defined, with all that belongs to the kind.
        public var kind: Kind
        /// The first QEMU that has it, as in `6.0`; nil when QEMU does not say.
        public var since: String?
        /// The last of the compiled versions that has it; nil while the newest has it.
        public var last: String?
        /// Features such as `deprecated`, `unstable`, `json-cli`.
        public var features: [String] = []
        /// What QEMU must have been built with; nil when it always has it.
        public var condition: Condition?

        /// Creates a definition; the parameters are its properties.
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

        /// Whether QEMU calls it deprecated, or the newest of the compiled versions lacks it.
        public var isDeprecated: Bool { features.contains("deprecated") || last != nil }
        /// Whether QEMU may change it without notice.
        public var isUnstable: Bool { features.contains("unstable") }
    }

    /// A value of an enum.
    public struct EnumValue: Sendable {
        /// The value on the wire, as in `qcow2`.
        public let name: String
        /// The first QEMU that has the value; nil when QEMU does not say, as for one as old as its enum.
        public var since: String?
        /// The last of the compiled versions that has the value; nil while the newest has it.
        public var last: String?
        /// Features of the value, such as `deprecated`.
        public var features: [String] = []
        /// What QEMU must have been built with for the value to be there; nil for nothing.
        public var condition: Condition?
    }

    /// A member of a struct, of a union's common part, or of a command's or event's arguments.
    public struct Member: Sendable {
        /// The name on the wire, as in `node-name`.
        public let name: String
        /// The type of the member's value.
        public let type: TypeName
        /// Whether the member may be left out.
        public var isOptional: Bool
        /// The first QEMU that has the member; nil when QEMU does not say, as for one as old as its owner.
        public var since: String?
        /// The last of the compiled versions that has the member; nil while the newest has it.
        public var last: String?
        /// A literal default that QEMU states, as in `false` or `64 KiB`.
        public var standard: String?
        /// Features of the member, such as `deprecated`.
        public var features: [String] = []
        /// What QEMU must have been built with for the member to be there; nil for nothing.
        public var condition: Condition?
    }

    /// A tagged union: common members, and for each value of the discriminator a type with the rest of the members.
    public struct Union: Sendable {
        /// The type whose members come first; nil where all common members are in ``members``.
        public var base: String?
        /// The name of the member, an enum, whose value chooses the branch.
        public var discriminator: String
        /// The common members that the union declares itself.
        public var members: [Member]
        /// The types for the values of the discriminator; a value without a branch adds no members.
        public var branches: [Branch]
        /// The branch of an object without the discriminator: older QEMUs had a struct here and send one.
        public var untagged: String?

        /// Creates a union; the parameters are its properties.
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
        /// The discriminator's value; of an alternate, the name of the choice.
        public let name: String
        /// The type with the rest of the members; of an alternate, the type of the choice.
        public let type: TypeName
        /// Features of the branch, such as `deprecated`.
        public var features: [String] = []
        /// What QEMU must have been built with for the branch to be there; nil for nothing.
        public var condition: Condition?
    }

    /// What a command takes or an event carries.
    public enum Payload: Sendable {
        /// These members; empty when there is nothing.
        case members([Member])
        /// All members of the type.
        case type(String)
    }

    /// A command.
    public struct Command: Sendable {
        /// What it takes.
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
