public import QAPI

/// Which accelerator a machine uses.
public enum AcceleratorChoice: Hashable, Codable, Sendable {
    /// The fastest one that really runs a guest on this host.
    case automatic
    /// This one or none.
    case only(Accelerator)
}

extension Accelerator {
    /// The accelerators that Quiver starts machines with: KVM on Linux, the Hypervisor framework on macOS, and TCG,
    /// which translates instructions in software on any host and for any architecture, slowly.
    public static var supported: [Self] { [.kvm, .hvf, .tcg] }
}

extension WatchdogAction {
    /// What a machine can do when its guest does not feed its watchdog.
    ///
    /// `reset` resets the guest, `poweroff` ends the machine at once, `shutdown` asks the guest to shut down, and
    /// `pause` pauses the guest in the run state ``QAPI/RunState/watchdog``.
    public static var supported: [Self] { [.reset, .poweroff, .shutdown, .pause] }
}
