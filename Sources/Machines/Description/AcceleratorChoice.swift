/// What executes the guest's instructions, by QEMU's name for it.
public enum Accelerator: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
    /// Linux's virtualisation.
    case kvm
    /// macOS's virtualisation.
    case hvf
    /// Translation in software: works everywhere, for any architecture, slowly.
    case tcg

    /// QEMU's name, as in `kvm`.
    public var description: String { rawValue }
}

/// Which accelerator a machine uses.
public enum AcceleratorChoice: Hashable, Codable, Sendable {
    /// The fastest one that really runs a guest on this host.
    case automatic
    /// This one or none.
    case only(Accelerator)
}
