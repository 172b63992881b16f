public import QMPCore
import WireJSON

/// A running QEMU's description of its own interface, looked up by name.
///
/// QEMU masks the names of types there; only commands, events, members and values have real ones.
public struct LiveSchema: Sendable {
    /// What is known about one name: parsed, or still the text, as long as nobody has asked for it.
    private enum Entry: Sendable {
        case read(SchemaInfo)
        case text(ArraySlice<UInt8>)

        /// Nil when the text cannot be read.
        var info: SchemaInfo? {
            switch self {
            case .read(let info): info
            case .text(let bytes): (try? JSON.parse(Array(bytes))).flatMap { try? SchemaInfo(json: $0) }
            }
        }
    }

    /// All names, in QEMU's order.
    private let names: [String]
    private let byName: [String: Entry]

    /// Takes what `query-qmp-schema` returned.
    public init(_ infos: [SchemaInfo]) {
        self.init(infos.map { ($0.name, .read($0.withoutBareValues)) })
    }

    private init(_ entries: [(name: String, entry: Entry)]) {
        names = entries.map(\.name)
        byName = Dictionary(entries.map { ($0.name, $0.entry) }) { first, _ in first }
    }

    /// Asks the QEMU at the other end.
    public init(of executor: some QMPExecutor) async throws(QMPError) {
        self.init(try await executor.queryQMPSchema())
    }

    /// The reply of `query-qmp-schema`, without its second list of enum values, which has no features.
    public var infos: [SchemaInfo] { names.compactMap(info) }

    /// The command's masked types; nil when this QEMU does not have it.
    public func command(_ name: String) -> SchemaInfoCommand? {
        guard case .command(let command)? = info(name)?.branch else { return nil }
        return command
    }

    /// The event's masked type; nil when this QEMU does not have it.
    public func event(_ name: String) -> SchemaInfoEvent? {
        guard case .event(let event)? = info(name)?.branch else { return nil }
        return event
    }

    /// The masked type, command or event of that name.
    public func info(_ name: String) -> SchemaInfo? { byName[name]?.info }

    /// The features of a command, event or masked type.
    public func features(of name: String) -> [String] { info(name)?.features ?? [] }

    /// The object's members and branches; nil when the masked type is not an object.
    func object(_ type: String) -> SchemaInfoObject? {
        guard case .object(let object)? = info(type)?.branch else { return nil }
        return object
    }

    /// The branch's masked type for that value of the discriminator.
    func branch(_ object: SchemaInfoObject, _ value: String) -> String? {
        object.variants?.first { $0.case == value }?.type
    }

    /// The values of an enum; nil when the masked type is not an enum.
    func values(_ type: String) -> [SchemaInfoEnumMember]? {
        guard case .enum(let info)? = info(type)?.branch else { return nil }
        return info.members
    }
}

extension LiveSchema {
    /// The schema as text with one line for each name, so that a name can be looked up without parsing everything.
    var lines: [UInt8] {
        var bytes = Array(Self.head.utf8)
        for info in infos {
            guard let json = try? info.json.serialized() else { continue }
            bytes += info.name.utf8 + [UInt8(ascii: "\t")] + json + [UInt8(ascii: "\n")]
        }
        return bytes
    }

    /// Reads what ``lines`` wrote; nil when it is something else.
    init?(lines bytes: [UInt8]) {
        guard bytes.starts(with: Self.head.utf8), bytes.last == UInt8(ascii: "\n") else { return nil }
        var entries: [(name: String, entry: Entry)] = []
        for line in bytes[Self.head.utf8.count...].split(separator: UInt8(ascii: "\n")) {
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
            entries.append((String(decoding: line[..<tab], as: UTF8.self), .text(line[(tab + 1)...])))
        }
        self.init(entries)
    }

    private static let head = "quiver live schema 1\n"
}

extension SchemaInfo {
    /// Without the deprecated list of an enum's values, which a QEMU that hides what is deprecated leaves out.
    fileprivate var withoutBareValues: Self {
        guard case .enum(var values) = branch, values.values != nil else { return self }
        values.values = nil
        var copy = self
        copy.branch = .enum(values)
        return copy
    }
}
