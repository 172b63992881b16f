public import Logging
public import SystemPackage

/// How a machine is started, independent of its configuration.
public struct LaunchOptions: Sendable {
    /// The QEMU to use: its program, its directory or its prefix; nil lets ``QEMUInstallation`` find one.
    public var qemu: FilePath?
    /// How long QEMU may take until its monitor answers.
    public var deadline: Duration
    /// Called before QEMU is started, with the chosen accelerator and the rejected ones with reasons.
    public var onAccelerator: @Sendable (AcceleratorVerdict) -> Void
    /// Where the launch and the machine are logged.
    public var logger: Logger

    /// Creates options; the parameters are its properties.
    public init(
        qemu: FilePath? = nil,
        deadline: Duration = .seconds(30),
        onAccelerator: @escaping @Sendable (AcceleratorVerdict) -> Void = { _ in },
        logger: Logger = Logger(label: "quiver.machines"),
    ) {
        self.qemu = qemu
        self.deadline = deadline
        self.onAccelerator = onAccelerator
        self.logger = logger
    }
}
