/// Holds a value out of line, so that a type of the schema can contain itself.
public indirect enum Boxed<Value: Sendable>: Sendable {
    case value(Value)

    public init(_ value: Value) { self = .value(value) }

    public var value: Value {
        switch self {
        case .value(let value): value
        }
    }
}
