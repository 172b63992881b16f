import QAPISchema

/// Which types of a schema contain themselves by value, and where to put the indirection.
///
/// An array already holds its elements out of line. Of the rest, alternates become `indirect` enums first, then the
/// branches of unions; an optional member is boxed only where a struct still contains itself after that.
struct Recursion {
    /// Alternates, and unions whose `Branch` enum, must be `indirect`.
    private(set) var indirect: Set<String> = []
    /// Struct and union members that must be boxed, as `Type.member`.
    private(set) var boxed: Set<String> = []

    init(_ schema: Schema) {
        var edges: [Edge] = []
        for definition in schema.definitions {
            switch definition.kind {
            case .structure(_, let members):
                edges += members.map { Edge(definition.name, $0.type, .member($0.name)) }
            case .union(let union):
                edges += union.members.map { Edge(definition.name, $0.type, .member($0.name)) }
                edges += union.branches.map { Edge(definition.name, $0.type, .branch) }
            case .alternate(let branches):
                edges += branches.map { Edge(definition.name, $0.type, .choice) }
            case .enumeration, .command, .event:
                break
            }
        }
        edges.removeAll { $0.isHarmless }
        for via in [Edge.Via.choice, .branch] {
            for edge in Self.cyclic(edges) where edge.via == via { indirect.insert(edge.from) }
            edges.removeAll { $0.via == via && indirect.contains($0.from) }
        }
        for edge in Self.cyclic(edges) {
            if case .member(let name) = edge.via { boxed.insert("\(edge.from).\(name)") }
        }
    }

    private struct Edge: Hashable {
        enum Via: Hashable { case member(String), branch, choice }
        let from: String
        let to: String
        let isHarmless: Bool
        let via: Via

        init(_ from: String, _ type: TypeName, _ via: Via) {
            self.from = from
            to = type.name
            isHarmless = type.isArray || type.isBuiltIn
            self.via = via
        }
    }

    /// The edges that lie on a cycle: those whose end leads back to their start.
    private static func cyclic(_ edges: [Edge]) -> [Edge] {
        let next = Dictionary(grouping: edges, by: \.from).mapValues { $0.map(\.to) }
        return edges.filter { edge in
            var seen: Set<String> = []
            var waiting = [edge.to]
            while let name = waiting.popLast() {
                if name == edge.from { return true }
                if seen.insert(name).inserted { waiting += next[name] ?? [] }
            }
            return false
        }
    }
}
