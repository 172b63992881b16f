public import ArgumentParser

/// The `quiver` command.
public struct Quiver: AsyncParsableCommand {
    /// The command's name, its help and its subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "quiver",
        abstract: "Launch, control, snapshot and test in QEMU virtual machines.",
        discussion: """
            Machines start from cloud images and are provisioned with cloud-init. Snapshot them, fork them, and run pytest \
            suites inside them.

            First steps:
              quiver doctor                          check this host for what Quiver needs
              quiver image pull debian:12            download an image (or: image build)
              quiver test PROJECT --image debian:12  run a pytest suite in a machine
              quiver start vm1 --image debian:12 --wait ssh && quiver ssh vm1
            """,
        version: QuiverVersion.text,
        subcommands: [
            ImageCommand.self,
            OverlayCommand.self,
            SeedCommand.self,
            StartCommand.self,
            ListCommand.self,
            StatusCommand.self,
            WaterfallCommand.self,
            ConsoleCommand.self,
            StopCommand.self,
            KillCommand.self,
            RemoveCommand.self,
            SnapshotCommand.self,
            ForkCommand.self,
            HMPCommand.self,
            MonitorCommand.self,
            ScreenshotCommand.self,
            SSHCommand.self,
            SSHConfigCommand.self,
            ExecCommand.self,
            CopyCommand.self,
            TestCommand.self,
            CacheCommand.self,
            DoctorCommand.self,
        ],
    )

    /// Creates the command; its arguments are parsed into it.
    public init() {}
}
