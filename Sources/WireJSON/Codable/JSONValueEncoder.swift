/// Builds a value from what a type encodes.
final class JSONValueEncoder: Encoder {
    private enum Content {
        case nothing
        case value(JSON)
        case elements([JSONValueEncoder])
        case members([(name: String, node: JSONValueEncoder)])
    }

    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var content = Content.nothing

    init(codingPath: [any CodingKey]) { self.codingPath = codingPath }

    /// What was encoded; an empty object for what asked for a container and wrote nothing into it.
    private var value: JSON? {
        switch content {
        case .nothing: nil
        case .value(let value): value
        case .elements(let nodes): .array(nodes.map { $0.value ?? [:] })
        case .members(let members):
            .object(
                JSONObject(
                    uniqueMembers: members.map { JSONObject.Member(name: $0.name, value: $0.node.value ?? [:]) }
                )
            )
        }
    }

    func encode(_ value: some Encodable) throws -> JSON {
        try value.encode(to: self)
        guard let result = self.value else {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "it encoded nothing")
            throw EncodingError.invalidValue(value, context)
        }
        return result
    }

    func set(_ value: JSON) { content = .value(value) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .members = content {} else { content = .members([]) }
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .elements = content {} else { content = .elements([]) }
        return JSONUnkeyedEncoding(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleEncoding(encoder: self) }

    /// The place of a member; that of an earlier one of the same name is taken.
    fileprivate func member(_ key: any CodingKey) -> JSONValueEncoder {
        let node = JSONValueEncoder(codingPath: codingPath + [key])
        guard case .members(var members) = content else { return node }
        content = .nothing
        members.removeAll { $0.name == key.stringValue }
        members.append((key.stringValue, node))
        content = .members(members)
        return node
    }

    fileprivate var elementCount: Int {
        if case .elements(let nodes) = content { nodes.count } else { 0 }
    }

    /// The place of a further element.
    fileprivate func element() -> JSONValueEncoder {
        let node = JSONValueEncoder(codingPath: codingPath + [JSONCodingKey(index: elementCount)])
        guard case .elements(var nodes) = content else { return node }
        content = .nothing
        nodes.append(node)
        content = .elements(nodes)
        return node
    }

    fileprivate func write(_ value: some Encodable) throws { set(try encode(value)) }
}

private struct JSONSingleEncoding: SingleValueEncodingContainer {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.set(.null) }
    func encode(_ value: Bool) { encoder.set(.bool(value)) }
    func encode(_ value: String) { encoder.set(.string(value)) }
    func encode(_ value: Double) { encoder.set(.double(value)) }
    func encode(_ value: Float) { encoder.set(.double(Double(value))) }
    func encode(_ value: Int) { encoder.set(value.json) }
    func encode(_ value: Int8) { encoder.set(value.json) }
    func encode(_ value: Int16) { encoder.set(value.json) }
    func encode(_ value: Int32) { encoder.set(value.json) }
    func encode(_ value: Int64) { encoder.set(value.json) }
    func encode(_ value: UInt) { encoder.set(value.json) }
    func encode(_ value: UInt8) { encoder.set(value.json) }
    func encode(_ value: UInt16) { encoder.set(value.json) }
    func encode(_ value: UInt32) { encoder.set(value.json) }
    func encode(_ value: UInt64) { encoder.set(value.json) }
    func encode(_ value: some Encodable) throws { try encoder.write(value) }
}

private struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.elementCount }

    func encodeNil() { encoder.element().set(.null) }
    func encode(_ value: some Encodable) throws { try encoder.element().write(value) }
    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        encoder.element().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.element().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.element() }
}

private struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) { encoder.member(key).set(.null) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try encoder.member(key).write(value) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key,
    ) -> KeyedEncodingContainer<Nested> {
        encoder.member(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.member(key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { encoder.member(JSONCodingKey.superclass) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.member(key) }
}
