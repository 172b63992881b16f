import ArgumentParser
import QAPI
import QAPISchema
import QMPClient
import QMPCore

/// `quiver qmp schema`: the arguments and return type of a QEMU command, event or type, and whether a running QEMU has
/// it.
struct MonitorSchema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Show the arguments and return type of a QEMU command, event or type.",
        discussion: """
            Also shows which version of QEMU introduced it. Without a name, lists all commands and events. With --vm or \
            --socket, also shows whether that QEMU has it; without them, no QEMU is needed.

              quiver qmp schema blockdev-add
              quiver qmp schema BlockdevOptionsQcow2
              quiver qmp schema --vm vm1 snapshot-save
            """,
    )

    @OptionGroup var target: MonitorTarget
    @OptionGroup var output: OutputOptions

    @Argument(
        help: "The name of a command, event or type in QEMU's spelling, in upper or lower case (default: list all)."
    )
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

    /// The schema of the given QEMU; nil if none was given.
    private func liveSchema() async throws -> LiveSchema? {
        guard target.isNamed else { return nil }
        return try await target.withConnection { try await MonitorGate.schema(of: $0) }
    }
}
