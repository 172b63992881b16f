import WireJSON

extension Machine {
    /// How long firmware and boot loader took, from the machine's start or last reset until its kernel's clock began.
    ///
    /// The guest does not know: most firmware records no times. The host knows when the machine started and when the
    /// helper in the guest opened its port, and the helper knows how long the guest's kernel had been running at that
    /// moment.
    ///
    /// - Parameter helperStarted: The uptime of the helper's first milestone,
    ///   ``GuestAccess/GuestMilestone/helperStarted``.
    /// - Returns: nil if it cannot be known: the machine is a fork, or it was stopped before the helper started.
    public func firmwareTime(helperStarted: Duration) -> Duration? {
        guard let index = description.channels.firstIndex(of: .helper) else { return nil }
        return FirmwareTime(
            events: RecordedEvent.read(directory.eventsFile),
            startedAt: process.startedAt,
            helperPort: "channel\(index)-port",
            helperStarted: helperStarted,
        )?.duration
    }
}

/// The time before the guest's kernel, from QEMU's events.
struct FirmwareTime {
    let duration: Duration

    /// - Parameter startedAt: When the machine started, in seconds since 1970.
    init?(events: [RecordedEvent], startedAt: Double, helperPort: String, helperStarted: Duration) {
        let reset = events.lastIndex { $0.name == "RESET" }
        let boot = events[(reset.map { $0 + 1 } ?? 0)...].prefix { $0.name != "STOP" }
        // A helper that is installed again also restarts: the uptime is that of the running one.
        let opening = boot.last { event in
            event.name == "VSERPORT_CHANGE" && event.data["id"]?.stringValue == helperPort
                && event.data["open"]?.boolValue == true
        }
        guard let opened = opening?.time, let began = reset.map({ events[$0].time }) ?? startedAt else { return nil }
        let duration = Duration.seconds(opened - began) - helperStarted
        // A fork continues where its template was: its guest has been up for longer than its machine.
        guard duration > .zero else { return nil }
        self.duration = duration
    }
}
