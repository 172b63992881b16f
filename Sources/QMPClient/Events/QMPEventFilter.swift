public import QMPCore

/// Which events a subscriber receives.
public struct QMPEventFilter: Sendable {
    private enum Kind {
        case all
        case named([String])
        case matching(@Sendable (QMPEvent) -> Bool)
    }

    private let kind: Kind

    /// Every event.
    public static let all = Self(kind: .all)

    /// The events of these names, as in `SHUTDOWN`.
    public static func named(_ names: String...) -> Self { Self(kind: .named(names)) }

    /// The events of these names.
    public static func named(anyOf names: [String]) -> Self { Self(kind: .named(names)) }

    /// The events that fulfil the condition; it is called on the connection's thread and must be fast.
    public static func matching(_ condition: @escaping @Sendable (QMPEvent) -> Bool) -> Self {
        Self(kind: .matching(condition))
    }

    /// Whether the event passes.
    public func passes(_ event: QMPEvent) -> Bool {
        switch kind {
        case .all: true
        case .named(let names): names.contains(event.name)
        case .matching(let condition): condition(event)
        }
    }
}
