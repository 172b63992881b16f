import HostSupport
import QAPIGenerator
import QAPISchema
import QGA
import QMPCore
import SystemPackage
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

    /// The guest agent's types and commands, from the facts that they were generated of.
    @Test func `the guest agent's types and commands read random values too`() throws {
        let agent = CompiledSchema(try Self.agentSchema())
        for (name, type) in qgaTypes {
            let definition = try #require(agent.definition(name), "\(name) has no facts")
            for (seed, isFull, branch) in variants(of: definition, in: agent) {
                var random = RandomValues(agent, seed: seed, isFull: isFull)
                let value =
                    branch.map { JSON.object(random.object(definition, branch: $0)) }
                    ?? random.value(of: Schema.TypeName(name))
                expectRoundTrip(value, through: type, name)
            }
        }
        for (name, type) in qgaCommands {
            let definition = try #require(agent.definition(name), "\(name) has no facts")
            for (seed, isFull, branch) in variants(of: definition, in: agent) {
                var random = RandomValues(agent, seed: seed, isFull: isFull)
                expectRoundTrip(.object(random.object(definition, branch: branch)), through: type, name)
            }
            #expect(type.name == name)
        }
        let declared = Set(qgaTypes.map(\.name) + qgaCommands.map(\.name))
        #expect(declared == Set(agent.schema.definitions.map(\.name)))
    }

    /// What a later QEMU may send: values, tags and members that nobody knows yet.
    @Test func `what is not known is kept, or ignored, and never fails`() throws {
        for (name, type) in qmpTypes {
            let definition = try #require(schema.definition(name))
            switch definition.kind {
            case .enumeration:
                expectRoundTrip("x-of-a-later-version", through: type, name)
            case .union:
                let union = try #require(schema.union(of: definition))
                var random = RandomValues(schema, seed: 1, isFull: true)
                var object = random.object(definition, branch: union.branches.first?.name)
                object[union.discriminator] = "x-of-a-later-version"
                object["x-member"] = ["of": "a later version"]
                expectRoundTrip(.object(object), through: type, name)
            case .structure:
                var random = RandomValues(schema, seed: 1, isFull: true)
                var object = random.object(definition)
                object["x-member"] = ["of": "a later version"]
                #expect(throws: Never.self, "\(name)") { try type.init(json: .object(object)) }
            case .alternate, .command, .event: break
            }
        }
    }

    /// Newest first, as the merge wants them: `qga-11.1.json` before `qga-7.2.json`.
    private static func isNewer(_ one: String, than other: String) -> Bool {
        func numbers(_ name: String) -> [Int] { name.split { !$0.isNumber }.compactMap { Int($0) } }
        return numbers(other).lexicographicallyPrecedes(numbers(one))
    }

    private static func agentSchema() throws -> Schema {
        let directory = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .appending("schemas")
        let files = Directory.names(in: directory).filter { $0.hasPrefix("qga-") }
            .sorted(by: Self.isNewer)
        return Schema.merged(
            try files.map { try SchemaReader.read(JSON.parse(WholeFile.read(directory.appending($0)))) }
        )
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
    private func variants(
        of definition: Schema.Definition,
        in schema: CompiledSchema = .shared,
    ) -> [(seed: UInt64, isFull: Bool, branch: String?)] {
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
