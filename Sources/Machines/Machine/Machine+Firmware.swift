import WireJSON

extension Machine {
    /// How long firmware and boot loader took, from the machine's start or last reset until its kernel's clock began.
    ///
    /// The guest cannot tell: most firmware leaves no times behind. The host knows when the machine started, and when the
    /// helper in the guest opened its port, at which moment the guest's kernel had been running for a time that the helper
    /// knows.
    ///
    /// - Parameter helperStarted: The uptime of the helper's first milestone, ``GuestAccess/GuestMilestone/helperStarted``.
    /// - Returns: nil where it cannot be known: the machine is a fork, or it stood still before the helper started.
    public func firmwareTime(helperStarted: Duration) -> Duration? {
        guard let index = description.channels.firstIndex(of: .helper) else { return nil }
        return FirmwareTime(
            events: RecordedEvent.read(folder.eventsFile),
            startedAt: process.startedAt,
            helperPort: "channel\(index)-port",
            helperStarted: helperStarted,
        )?.duration
    }
}

/// What QEMU's events tell of the time before a guest's kernel.
struct FirmwareTime {
    let duration: Duration

    /// - Parameter startedAt: When the machine started, in seconds since 1970.
    init?(events: [RecordedEvent], startedAt: Double, helperPort: String, helperStarted: Duration) {
        let reset = events.lastIndex { $0.name == "RESET" }
        let boot = events[(reset.map { $0 + 1 } ?? 0)...].prefix { $0.name != "STOP" }
        // A helper that is installed anew starts again: the uptime is that of the one that runs.
        let opening = boot.last { event in
            event.name == "VSERPORT_CHANGE" && event.data["id"]?.stringValue == helperPort
                && event.data["open"]?.boolValue == true
        }
        guard let opened = opening?.time, let began = reset.map({ events[$0].time }) ?? startedAt else { return nil }
        let duration = Duration.seconds(opened - began) - helperStarted
        // A fork goes on where its template was: its guest has been up for longer than its machine.
        guard duration > .zero else { return nil }
        self.duration = duration
    }
}
