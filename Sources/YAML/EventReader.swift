import CYAML

/// One event of libyaml's, as a value.
struct Event {
    enum Kind {
        case streamEnd
        case documentStart
        case alias(String)
        case scalar(YAMLNode.Scalar)
        case sequenceStart(isFlow: Bool)
        case sequenceEnd
        case mappingStart(isFlow: Bool)
        case mappingEnd
        /// Nothing that the composer needs.
        case other
    }

    let kind: Kind
    let anchor: String?
    let mark: YAMLMark
}

/// libyaml's parser over one text.
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        bytes = .allocate(capacity: text.utf8.count)
        _ = bytes.initialize(from: text.utf8)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            bytes.deallocate()
            throw YAMLError("there is not enough memory", at: nil)
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    /// The next event; after the end of the stream, that again.
    func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let data = event.data
        let kind: Event.Kind
        var anchor: UnsafeMutablePointer<yaml_char_t>?
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_ALIAS_EVENT: kind = .alias(Self.text(data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            anchor = data.scalar.anchor
            kind = .scalar(Self.scalar(data.scalar, at: Self.mark(event.start_mark)))
        case YAML_SEQUENCE_START_EVENT:
            anchor = data.sequence_start.anchor
            kind = .sequenceStart(isFlow: data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            anchor = data.mapping_start.anchor
            kind = .mappingStart(isFlow: data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        // libyaml answers with no event once its stream has ended.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .streamEnd
        default: kind = .other
        }
        return Event(kind: kind, anchor: Self.text(anchor), mark: Self.mark(event.start_mark))
    }

    private static func scalar(_ data: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar, at mark: YAMLMark)
        -> YAMLNode.Scalar
    {
        let value = UnsafeBufferPointer(start: data.value, count: data.length)
        let string = String(decoding: value, as: UTF8.self)
        let tag: YAMLNode.Tag =
            if let name = text(data.tag), name != "!" {
                YAMLNode.Tag(named: name)
            } else if data.style == YAML_PLAIN_SCALAR_STYLE, data.tag == nil {
                YAMLNode.Tag(resolving: string)
            } else {
                .string
            }
        let style: YAMLNode.Scalar.Style =
            switch data.style {
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            default: .automatic
            }
        return YAMLNode.Scalar(string, tag, style: style, mark: mark)
    }

    private static func text(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        characters.map { String(cString: $0) }
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: mark.line + 1, column: mark.column + 1)
    }

    private func failure() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        guard parser.pointee.error != YAML_READER_ERROR else {
            let before = bytes.prefix(parser.pointee.problem_offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.count - ((before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1) + 1
            return YAMLError(problem, at: YAMLMark(line: line, column: column))
        }
        let context = parser.pointee.context.map {
            YAMLError.Context(text: String(cString: $0), mark: Self.mark(parser.pointee.context_mark))
        }
        return YAMLError(problem, at: Self.mark(parser.pointee.problem_mark), context: context)
    }
}
