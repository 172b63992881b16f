import QAPISchema
import QMPCore
import Testing
import WireJSON

@testable import QAPI

@Suite struct RoundTripTests {
    private let schema: CompiledSchema = .shared

    @Test func `every type reads random values and writes them back as they were`() throws {
        for (name, type) in qmpTypes {
            let definition = try #require(schema.definition(name), "\(name) has no facts")
            for (seed, isFull, branch) in variants(of: definition) {
                var random = RandomValues(schema, seed: seed, isFull: isFull)
                let value =
                    branch.map { JSON.object(random.object(definition, branch: $0)) }
                    ?? random.value(of: Schema.TypeName(name))
                expectRoundTrip(value, through: type, name)
            }
        }
    }

    @Test func `every command reads random arguments and writes them back as they were`() throws {
        for (name, type) in qmpCommands {
            try expectRoundTrips(name, through: type)
            #expect(type.name == name)
            #expect(type.allowsOutOfBand == schema.command(name)?.allowsOutOfBand)
        }
    }

    @Test func `every event reads random members and writes them back as they were`() throws {
        for (name, type) in qmpEvents {
            try expectRoundTrips(name, through: type)
            #expect(type.name == name)
        }
    }

    @Test func `everything of the compiled schema has a Swift declaration`() {
        let declared = Set((qmpTypes.map(\.name) + qmpCommands.map(\.name) + qmpEvents.map(\.name)))
        #expect(declared == Set(schema.schema.definitions.map(\.name)))
    }

    private func expectRoundTrips(_ name: String, through type: any QAPIObject.Type) throws {
        let definition = try #require(schema.definition(name), "\(name) has no facts")
        for (seed, isFull, branch) in variants(of: definition) {
            var random = RandomValues(schema, seed: seed, isFull: isFull)
            expectRoundTrip(.object(random.object(definition, branch: branch)), through: type, name)
        }
    }

    /// One value with every member and ten with some; for a union, of each of its branches.
    private func variants(of definition: Schema.Definition) -> [(seed: UInt64, isFull: Bool, branch: String?)] {
        let branches = schema.union(of: definition)?.branches.map { Optional($0.name) } ?? [nil]
        return branches.flatMap { branch in
            [(seed: UInt64(0), isFull: true, branch: branch)]
                + (1...(branches.count > 1 ? 2 : 10)).map { (seed: UInt64($0), isFull: false, branch: branch) }
        }
    }

    private func expectRoundTrip(_ json: JSON, through type: any QAPIValue.Type, _ name: String) {
        do {
            let value = try type.init(json: json)
            if let difference = json.difference(from: value.json) { Issue.record("\(name)\(difference)") }
        } catch {
            Issue.record("\(name) cannot be read: \(error)")
        }
    }
}
