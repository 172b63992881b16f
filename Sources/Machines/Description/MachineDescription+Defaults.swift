extension MachineDescription {
    /// The machine type that QEMU is asked for.
    var effectiveMachineType: String {
        if let machineType { return machineType }
        return switch architecture {
        case .x86_64: "q35"
        case .aarch64: "virt"
        }
    }

    /// The processor model that QEMU is asked for.
    func effectiveProcessor(under accelerator: Accelerator) -> String {
        if let processor { return processor }
        return switch (accelerator, architecture) {
        case (.kvm, _), (.hvf, _): "host"
        // Five-level page tables cost software translation one more memory access at each miss, and bring nothing.
        case (.tcg, .x86_64): "max,la57=off"
        // QEMU's `max` has pointer authentication, whose cipher is very slow in software.
        case (.tcg, .aarch64): "cortex-a72"
        }
    }

    /// Whether a guest's usual kernel notices the power button.
    ///
    /// On aarch64 a guest without firmware has no ACPI, and the button is a GPIO key that kernels for clouds have no
    /// driver for.
    var hasPowerButton: Bool { architecture == .x86_64 || kernel == nil || firmware != .standard }

    /// What QEMU calls the machine's memory in its state, wherever the memory lies.
    ///
    /// It is QEMU's own name for memory that it allocates itself: a state with all of that in it can be loaded into a
    /// file.
    var memoryID: String {
        switch architecture {
        case .x86_64: "pc.ram"
        case .aarch64: "mach-virt.ram"
        }
    }
}
