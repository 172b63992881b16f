import ArgumentParser
import QAPI
import QAPISchema
import QMPClient
import QMPCore

/// `quiver qmp schema`: what a command, event or type of QEMU looks like, and whether a running QEMU has it.
struct MonitorSchema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Show what a command, event or type takes and returns, since when, and whether QEMU has it.",
        discussion: """
            Without a name it lists all commands and events. With --vm or --socket it also says what the QEMU at the
            other end has; without them it needs no QEMU.

              quiver qmp schema blockdev-add
              quiver qmp schema BlockdevOptionsQcow2
              quiver qmp schema --vm vm1 snapshot-save
            """,
    )

    @OptionGroup var target: MonitorTarget
    @OptionGroup var output: OutputOptions

    @Argument(help: "A command, event or type, spelled as QEMU does; case does not matter.")
    var name: String?

    func run() async throws {
        let live = try await liveSchema()
        guard let name else {
            return try output.render(SchemaListing(.shared, live: live))
        }
        guard let shape = SchemaShape(of: name, .shared, live: live) else {
            let near = SchemaShape.names(like: name, .shared)
            let advice =
                near.isEmpty ? "list all with: quiver qmp schema" : "did you mean \(near.joined(separator: ", "))?"
            let place = live == nil ? "QEMU's schema does not have it" : "neither Quiver's schema nor this QEMU has it"
            throw CommandFailure(.failed, "\(name): \(place); \(advice)")
        }
        try output.render(shape)
    }

    /// The schema of the QEMU that was named; nil when none was.
    private func liveSchema() async throws -> LiveSchema? {
        guard target.isNamed else { return nil }
        return try await target.withConnection { try await MonitorGate.schema(of: $0) }
    }
}
