public import ArgumentParser

/// The `quiver` command.
public struct Quiver: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "quiver",
        abstract: "Virtual machines as something a program holds in its hand.",
        discussion: """
            Launches QEMU machines from cloud images, provisions them with cloud-init, snapshots and forks them, \
            and runs pytest suites inside them.

            First steps:
              quiver doctor                          what this host has and lacks
              quiver image pull debian:12            an image (or make one: image build)
              quiver test PROJECT --image debian:12  a pytest suite in a machine
              quiver start vm1 --image debian:12 --wait ssh && quiver ssh vm1
            """,
        version: "0.1.0",
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
            ExecCommand.self,
            CopyCommand.self,
            TestCommand.self,
            CacheCommand.self,
            DoctorCommand.self,
        ],
    )

    public init() {}
}
