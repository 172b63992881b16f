/// Holds a value out of line, so that a type of the schema can contain itself.
public indirect enum Boxed<Value: Sendable>: Sendable {
    /// The value.
    case value(Value)

    /// Puts a value out of line.
    public init(_ value: Value) { self = .value(value) }

    /// The value that is held.
    public var value: Value {
        switch self {
        case .value(let value): value
        }
    }
}
