import HostSupport
import SystemPackage
import Testing
import WireJSON

@testable import Machines

/// QEMU's own view of the board that it runs.
struct BoardView: Equatable {
    /// The lines of `info qtree`, without what is each process's own.
    let devices: [String]
    /// What `query-hotpluggable-cpus` says; null for a board that does not have the command, as aarch64's.
    let processors: JSON

    init(of machine: Machine) async throws {
        // The generation is another one for each process by design, and a fork goes without ioeventfd under TCG.
        let own = ["guid = ", "ioeventfd = "]
        devices = try await machine.humanMonitor("info qtree").split(separator: "\n").map(String.init)
            .filter { line in !own.contains { line.contains($0) } }
        // QEMU has it for boards alone whose processors can be plugged in, which aarch64's cannot.
        let canAsk = machine.description.architecture == .x86_64
        processors = canAsk ? try await machine.command("query-hotpluggable-cpus") : .null
    }

    /// The sections of a saved state, by name and instance, as QEMU lists them at the state's end.
    static func sections(inState file: FilePath) throws -> [String] {
        let bytes = try WholeFile.read(file)
        // The list is the last thing in the state: a byte 6, the text's length in four bytes, the text.
        let headers = bytes.indices.dropLast(5).reversed()
        let header = headers.first { place in
            let length = bytes[(place + 1)..<(place + 5)].reduce(0) { $0 << 8 | Int($1) }
            return bytes[place] == 6 && place + 5 + length == bytes.count
        }
        let start = try #require(header, "\(file) does not end with a list of its sections") + 5
        let list = try #require(try JSON.parse(Array(bytes[start...]))["devices"]?.arrayValue)
        return list.map { "\($0["name"]?.stringValue ?? "?")/\($0["instance_id"]?.intValue ?? -1)" }
    }
}
