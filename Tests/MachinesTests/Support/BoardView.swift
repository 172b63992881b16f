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
        processors = (try? await machine.command("query-hotpluggable-cpus")) ?? .null
    }

    /// The sections of a saved state, by name and instance, as QEMU lists them at the state's end.
    static func sections(inState file: FilePath) throws -> [String] {
        let bytes = try WholeFile.read(file)
        let mark = Array("{\"page_size\"".utf8)
        let starts = (0..<max(0, bytes.count - mark.count)).last { bytes[$0...].starts(with: mark) }
        let start = try #require(starts, "\(file) does not end with a list of its sections")
        let list = try #require(try JSON.parse(Array(bytes[start...]))["devices"]?.arrayValue)
        return list.map { "\($0["name"]?.stringValue ?? "?")/\($0["instance_id"]?.intValue ?? -1)" }
    }
}
