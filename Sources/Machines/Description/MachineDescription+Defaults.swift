package import QAPI

extension MachineDescription {
    /// The machine type to pass to QEMU.
    package var effectiveMachineType: String {
        if let machineType { return machineType }
        return switch architecture {
        case .x86_64: "q35"
        case .aarch64: "virt"
        }
    }

    /// The processor model to pass to QEMU.
    package func effectiveProcessor(under accelerator: Accelerator) -> String {
        if let processor { return processor }
        return switch (accelerator, architecture) {
        case (.kvm, _), (.hvf, _): "host"
        // Five-level page tables cost software translation one more memory access for each miss, without benefit.
        case (_, .x86_64): "max,la57=off"
        // QEMU's `max` has pointer authentication, whose cipher is very slow under software emulation.
        case (_, .aarch64): "cortex-a72"
        }
    }

    /// Whether an ordinary guest kernel notices the power button.
    ///
    /// On aarch64 a guest without firmware has no ACPI, and the button is a GPIO key for which cloud kernels have no
    /// driver.
    var hasPowerButton: Bool { architecture == .x86_64 || kernel == nil || firmware != .standard }

    /// QEMU's name for the machine's memory in its state, wherever the memory is.
    ///
    /// It is the name that QEMU uses for memory that it allocates itself: a state that contains it can be loaded into a
    /// memory file.
    var memoryID: String {
        switch architecture {
        case .x86_64: "pc.ram"
        case .aarch64: "mach-virt.ram"
        }
    }
}
