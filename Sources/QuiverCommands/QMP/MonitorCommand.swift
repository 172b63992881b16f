import ArgumentParser

/// `quiver qmp`: the monitor of a machine, or any QMP socket.
struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qmp",
        abstract: "Use QEMU's monitor (QMP): run commands, follow events, run scripts.",
        discussion: """
            Use the monitor of a machine (--vm NAME), or any QMP socket (--socket PATH).

              quiver qmp --vm vm1 call query-status
              quiver qmp call --socket /run/vm.sock device_add driver=virtio-rng-pci id=rng0
              quiver qmp events --vm vm1 --filter SHUTDOWN --count 1 --timeout 2m
            """,
        subcommands: [MonitorCall.self, MonitorEvents.self, MonitorRun.self, MonitorSchema.self, MonitorShell.self],
    )

    /// Belongs to the subcommands, but may also be given before their names.
    @OptionGroup var target: MonitorTarget
}
