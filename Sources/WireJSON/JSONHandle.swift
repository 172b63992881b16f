import CJansson

/// The only owner of a jansson tree.
@safe struct JSONHandle: ~Copyable {
    private let root: UnsafeMutablePointer<json_t>

    // Seeding draws on the system's randomness and must happen before threads parse at the same time.
    private static let seeded: Bool = {
        json_object_seed(0)
        return true
    }()

    /// Parses bytes that hold one value.
    /// - Throws: ``JSONError`` whose offset counts in these bytes.
    init(parsing bytes: [UInt8]) throws(JSONError) {
        _ = Self.seeded
        var failure = json_error_t()
        let root = unsafe bytes.withUnsafeBytes { buffer in
            unsafe cjansson_load(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, &failure)
        }
        guard let root = unsafe root else {
            let text = unsafe String(cString: cjansson_error_text(&failure))
            throw JSONError(.malformed, text, offset: max(0, Int(failure.position)))
        }
        unsafe self.root = root
    }

    deinit { unsafe cjansson_release(root) }

    /// Copies the tree into a value.
    /// - Parameter isMarked: Whether strings bear the marks of ``JSONRewriter``.
    borrowing func value(isMarked: Bool) -> JSON {
        unsafe Self.value(of: root, isMarked: isMarked)
    }

    private static func value(of node: UnsafeMutablePointer<json_t>, isMarked: Bool) -> JSON {
        switch unsafe cjansson_type(node) {
        case JSON_OBJECT: unsafe .object(members(of: node, isMarked: isMarked))
        case JSON_ARRAY: unsafe .array(elements(of: node, isMarked: isMarked))
        case JSON_STRING: unsafe string(of: node, isMarked: isMarked)
        case JSON_INTEGER: unsafe .integer(Int64(json_integer_value(node)))
        case JSON_REAL: unsafe .double(json_real_value(node))
        case JSON_TRUE: .bool(true)
        case JSON_FALSE: .bool(false)
        default: .null
        }
    }

    private static func members(of node: UnsafeMutablePointer<json_t>, isMarked: Bool) -> JSONObject {
        let count = unsafe json_object_size(node)
        // Without room asked for, the standard library writes a count into the empty array that all threads share.
        guard count > 0 else { return JSONObject() }
        let members = unsafe [JSONObject.Member](unsafeUninitializedCapacity: count) { buffer, initialized in
            var iterator = unsafe json_object_iter(node)
            while let current = unsafe iterator, initialized < count {
                guard let key = unsafe json_object_iter_key(current), let value = unsafe json_object_iter_value(current)
                else { break }
                let length = unsafe json_object_iter_key_len(current)
                let name = unsafe text(key, count: length, droppingMark: isMarked)
                let member = unsafe JSONObject.Member(name: name, value: Self.value(of: value, isMarked: isMarked))
                unsafe (buffer.baseAddress?.advanced(by: initialized))?.initialize(to: member)
                initialized += 1
                unsafe iterator = unsafe json_object_iter_next(node, current)
            }
        }
        return JSONObject(uniqueMembers: members)
    }

    private static func elements(of node: UnsafeMutablePointer<json_t>, isMarked: Bool) -> [JSON] {
        let count = unsafe json_array_size(node)
        guard count > 0 else { return [] }
        return unsafe [JSON](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count, let element = unsafe json_array_get(node, initialized) {
                let value = unsafe Self.value(of: element, isMarked: isMarked)
                unsafe (buffer.baseAddress?.advanced(by: initialized))?.initialize(to: value)
                initialized += 1
            }
        }
    }

    private static func string(of node: UnsafeMutablePointer<json_t>, isMarked: Bool) -> JSON {
        let count = unsafe json_string_length(node)
        guard let bytes = unsafe json_string_value(node) else { return .string("") }
        if isMarked, count > 0, unsafe UInt8(bitPattern: bytes[0]) == JSONRewriter.numberMark {
            return UInt64(unsafe text(bytes, count: count, droppingMark: true)).map(JSON.init) ?? .null
        }
        return unsafe .string(text(bytes, count: count, droppingMark: isMarked))
    }

    private static func text(_ start: UnsafePointer<CChar>, count: Int, droppingMark: Bool) -> String {
        let skipped = droppingMark && count > 0 ? 1 : 0
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
            unsafe String(decoding: UnsafeBufferPointer(start: bytes + skipped, count: count - skipped), as: UTF8.self)
        }
    }
}
