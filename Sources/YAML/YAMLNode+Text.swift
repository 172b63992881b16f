import CYAML

extension YAMLNode {
    /// The value as a YAML document, with lines as long as they get and characters as they are.
    ///
    /// Texts that YAML 1.1 would read as something else are quoted.
    /// - Throws: ``YAMLError`` if libyaml cannot write it.
    public func text() throws(YAMLError) -> String {
        let emitter = try EventWriter()
        try emitter.emit { yaml_stream_start_event_initialize(&$0, YAML_UTF8_ENCODING) }
        try emitter.emit { yaml_document_start_event_initialize(&$0, nil, nil, nil, 1) }
        try emitter.emit(self)
        try emitter.emit { yaml_document_end_event_initialize(&$0, 1) }
        try emitter.emit { yaml_stream_end_event_initialize(&$0) }
        return emitter.text
    }
}

/// libyaml's emitter, which writes into memory.
private struct EventWriter: ~Copyable {
    private let emitter: UnsafeMutablePointer<yaml_emitter_t>
    private let output: UnsafeMutablePointer<[UInt8]>

    init() throws(YAMLError) {
        emitter = .allocate(capacity: 1)
        output = .allocate(capacity: 1)
        output.initialize(to: [])
        guard yaml_emitter_initialize(emitter) == 1 else { throw YAMLError("there is not enough memory", at: nil) }
        yaml_emitter_set_unicode(emitter, 1)
        yaml_emitter_set_width(emitter, -1)
        yaml_emitter_set_output(
            emitter,
            { output, bytes, count in
                guard let output, let bytes else { return 0 }
                output.assumingMemoryBound(to: [UInt8].self).pointee += UnsafeBufferPointer(start: bytes, count: count)
                return 1
            },
            output,
        )
    }

    deinit {
        yaml_emitter_delete(emitter)
        emitter.deallocate()
        output.deinitialize(count: 1)
        output.deallocate()
    }

    var text: String { String(decoding: output.pointee, as: UTF8.self) }

    func emit(_ initialize: (inout yaml_event_t) -> Int32) throws(YAMLError) {
        var event = yaml_event_t()
        // The emitter takes the event over, also when it fails.
        guard initialize(&event) == 1, yaml_emitter_emit(emitter, &event) == 1 else {
            let problem = emitter.pointee.problem.map { String(cString: $0) }
            throw YAMLError(problem ?? "it cannot be written", at: nil)
        }
    }

    func emit(_ node: YAMLNode) throws(YAMLError) {
        switch node {
        case .scalar(let scalar): try emit(scalar)
        case .sequence(let items, let layout):
            let style = layout.isFlow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
            try emit { yaml_sequence_start_event_initialize(&$0, nil, nil, 1, style) }
            for item in items { try emit(item) }
            try emit { yaml_sequence_end_event_initialize(&$0) }
        case .mapping(let mapping, let layout):
            let style = layout.isFlow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
            try emit { yaml_mapping_start_event_initialize(&$0, nil, nil, 1, style) }
            for (key, value) in mapping {
                try emit(key)
                try emit(value)
            }
            try emit { yaml_mapping_end_event_initialize(&$0) }
        }
    }

    private func emit(_ scalar: YAMLNode.Scalar) throws(YAMLError) {
        let style =
            switch scalar.style {
            case .automatic: YAML_ANY_SCALAR_STYLE
            case .doubleQuoted: YAML_DOUBLE_QUOTED_SCALAR_STYLE
            case .literal: YAML_LITERAL_SCALAR_STYLE
            }
        // A tag that the text had is written again; every other one follows from text and quotes.
        var tag: [UInt8]?
        if case .other(let name) = scalar.tag { tag = Array(name.utf8) + [0] }
        let mayBePlain: Int32 = tag == nil && YAMLNode.Tag(resolving: scalar.string) == scalar.tag ? 1 : 0
        var value = Array(scalar.string.utf8)
        let count = Int32(clamping: value.count)
        value.append(0)
        try emit { event in
            value.withUnsafeBufferPointer { value in
                guard var tag else {
                    return yaml_scalar_event_initialize(
                        &event,
                        nil,
                        nil,
                        value.baseAddress,
                        count,
                        mayBePlain,
                        scalar.tag == .string ? 1 : 0,
                        style
                    )
                }
                return yaml_scalar_event_initialize(&event, nil, &tag, value.baseAddress, count, 0, 0, style)
            }
        }
    }
}
