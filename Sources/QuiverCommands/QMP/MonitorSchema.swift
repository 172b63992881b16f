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

    @OptionGroup var target: OptionalMonitorTarget
    @OptionGroup var output: OutputOptions

    @Argument(help: "A command, event or type, spelled as QEMU does; case does not matter.")
    var name: String?

    func run() async throws {
        let live = try await target.liveSchema()
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
}

/// The options that say which QEMU is asked, if any.
struct OptionalMonitorTarget: ParsableArguments {
    @Option(help: ArgumentHelp("The machine whose QEMU to ask.", valueName: "name"))
    var vm: String?

    @Option(help: ArgumentHelp("A unix socket that speaks QMP.", valueName: "path"))
    var socket: String?

    func validate() throws {
        guard vm == nil || socket == nil else {
            throw ValidationError("name one QEMU: either --vm NAME or --socket PATH")
        }
    }

    /// The schema of the QEMU that was named; nil when none was.
    func liveSchema() async throws -> LiveSchema? {
        guard vm != nil || socket != nil else { return nil }
        let arguments = vm.map { ["--vm", $0] } ?? socket.map { ["--socket", $0] } ?? []
        return try await MonitorTarget.parse(arguments).withConnection { try await MonitorGate.schema(of: $0) }
    }
}
