import HostSupport
import HostTools
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SpineTests {
    private struct Waterfall: Decodable {
        struct Span: Decodable {
            let name: String
            let start: Double
            let end: Double
            let hint: String?
        }

        let machine: String
        let stages: [Span]
        let services: [Span]
        let ssh: Double
        let cloudInit: Double
        let avoidable: [Span]

        private enum CodingKeys: String, CodingKey {
            case machine, stages, services, ssh, avoidable
            case cloudInit = "cloud_init"
        }

        func stage(_ name: String) throws -> Span {
            try #require(stages.first { $0.name == name }, "no \(name) among \(stages.map(\.name))")
        }
    }

    @Test func `where the time of a real boot went is told, as data and as text`() async throws {
        let data = try await quiver.run("waterfall", "vm1", "--format", "json")
        try #require(data.status == 0, "\(data.errors)")
        let boot = try JSONDecoder().decode(Waterfall.self, from: Data(data.output.utf8))
        #expect(boot.machine == "vm1")

        // Each begins where the one before it ends, so that together they are the whole boot. A RAM disk without systemd
        // in it, as Debian's, is the kernel's.
        let chain = try ["firmware", "kernel", "systemd"].map(boot.stage)
        #expect(chain[0].start == 0)
        for (earlier, later) in zip(chain, chain.dropFirst()) {
            #expect(abs(earlier.end - later.start) < 0.001, "\(earlier) \(later)")
        }
        let took = chain.map { $0.end - $0.start }
        #expect(took.allSatisfy { $0 > 0 }, "\(chain)")
        #expect(abs(took.reduce(0, +) - chain[2].end) < 0.001, "\(chain)")

        // cloud-init runs while systemd does, a stage after the other.
        let names = ["init-local", "init", "modules-config", "modules-final"]
        let stages = try names.map { try boot.stage("cloud-init \($0)") }
        #expect(stages[0].start > chain[2].start, "\(stages) \(chain)")
        #expect(stages.allSatisfy { $0.end > $0.start }, "\(stages)")
        for (earlier, later) in zip(stages, stages.dropFirst()) {
            #expect(earlier.start < later.start && earlier.end <= later.end, "\(earlier) \(later)")
        }
        #expect(boot.ssh > chain[2].start && boot.cloudInit >= stages[3].start, "\(boot)")
        #expect(boot.stages.map(\.start) == boot.stages.map(\.start).sorted())

        // What can be left out is named with the words that do it, the longest first.
        let waits = boot.avoidable.map { $0.end - $0.start }
        #expect(!waits.isEmpty && waits == waits.sorted(by: >), "\(boot.avoidable)")
        for wait in boot.avoidable {
            #expect(wait.hint?.contains("bootcmd: [[systemctl, mask, --now, \(wait.name)]]") == true, "\(wait)")
        }

        let text = try await quiver.run("waterfall", "vm1", "--services", "3")
        let lines = text.output.split(separator: "\n")
        for span in boot.stages { #expect(lines.contains { $0.hasPrefix("\(span.name) ") }, "\(text.output)") }
        #expect(lines.contains { $0.hasPrefix("ssh answered after ") }, "\(text.output)")
        for wait in boot.avoidable {
            let line = lines.first { $0.hasPrefix("\(wait.name), ") } ?? ""
            #expect(line.hasSuffix(wait.hint ?? "-"), "\(text.output)")
        }
    }
}
