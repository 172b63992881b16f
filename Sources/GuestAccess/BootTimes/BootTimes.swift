/// The timing breakdown of a guest's boot.
///
/// All times are since the firmware started, or since the kernel started if nothing is known about the firmware.
public struct BootTimes: Sendable, Hashable {
    /// A part of the boot.
    public struct Span: Sendable, Hashable {
        /// What took the time, as in `kernel`, `cloud-init init` or `ssh.service`.
        public let name: String
        /// When it began.
        public let start: Duration
        /// When it ended.
        public let end: Duration

        /// Creates a span; the parameters are its properties.
        public init(name: String, start: Duration, end: Duration) {
            self.name = name
            self.start = start
            self.end = end
        }

        /// How long it took.
        public var duration: Duration { end - start }
    }

    /// A wait that a test machine does not need.
    public struct AvoidableWait: Sendable, Hashable {
        /// The service that takes the time, 100 ms or more.
        public let span: Span
        /// Why it is avoidable, and how.
        public let hint: String
    }

    /// Firmware, kernel, initial RAM disk, systemd, and each stage of cloud-init, by their start.
    public let stages: [Span]
    /// systemd's services, the longest first; some ran side by side.
    public let services: [Span]
    /// When sshd listened; nil when it does not.
    public let sshReady: Duration?
    /// When cloud-init had ended; nil when it has not.
    public let cloudInitEnded: Duration?
    /// The avoidable waits, longest first.
    public let avoidableWaits: [AvoidableWait]

    /// - Parameters:
    ///   - milestones: What the guest helper has reported.
    ///   - manager: What `systemctl show` prints of the manager's timestamps.
    ///   - units: What `systemctl show` prints of the services' timestamps.
    ///   - firmwareTime: How long firmware and boot loader took by the host, for the many firmwares that do not tell
    ///     the guest; nil when the host does not know either.
    public init(milestones: [GuestMilestone], manager: String, units: String, firmwareTime: Duration? = nil) {
        let manager = SystemdProperties(manager).blocks.first ?? [:]
        let told = SystemdProperties.time(manager["FirmwareTimestampMonotonic"])
        let firmware = told ?? firmwareTime ?? .zero
        let loader = SystemdProperties.time(manager["LoaderTimestampMonotonic"]) ?? .zero
        let before = max(firmware, loader)
        var stages: [Span] = []
        // systemd counts both of these backwards from the kernel's start.
        if firmware > loader { stages.append(Span(name: "firmware", start: .zero, end: firmware - loader)) }
        if loader > .zero { stages.append(Span(name: "boot loader", start: before - loader, end: before)) }

        let ramDisk = SystemdProperties.time(manager["InitRDTimestampMonotonic"])
        let userspace = SystemdProperties.time(manager["UserspaceTimestampMonotonic"])
        if let userspace {
            let kernelEnd = ramDisk ?? userspace
            stages.append(Span(name: "kernel", start: before, end: before + kernelEnd))
            if let ramDisk {
                stages.append(Span(name: "initial RAM disk", start: before + ramDisk, end: before + userspace))
            }
            let finish = SystemdProperties.time(manager["FinishTimestampMonotonic"]) ?? milestones.map(\.uptime).max()
            if let finish { stages.append(Span(name: "systemd", start: before + userspace, end: before + finish)) }
        }
        self.stages = (stages + Self.cloudInitStages(milestones, before: before)).sorted { $0.start < $1.start }
        sshReady = milestones.first { $0.name == GuestMilestone.sshListens }.map { before + $0.uptime }
        cloudInitEnded = milestones.first { $0.name == GuestMilestone.cloudInitEnded }.map { before + $0.uptime }
        services = Self.services(SystemdProperties(units).blocks, before: before)
        avoidableWaits = services.compactMap { span in
            guard span.duration >= .milliseconds(100), let hint = AvoidableService.hint(of: span.name) else {
                return nil
            }
            return AvoidableWait(span: span, hint: hint)
        }
    }

    private static func cloudInitStages(_ milestones: [GuestMilestone], before: Duration) -> [Span] {
        let times = Dictionary(milestones.map { ($0.name, $0.uptime) }) { first, _ in first }
        return ["init-local", "init", "modules-config", "modules-final"].compactMap { stage in
            guard let start = times["cloud-init \(stage) start"], let end = times["cloud-init \(stage) finished"] else {
                return nil
            }
            return Span(name: "cloud-init \(stage)", start: before + start, end: before + end)
        }
    }

    private static func services(_ blocks: [[String: String]], before: Duration) -> [Span] {
        blocks.compactMap { unit in
            guard let name = unit["Id"], let start = SystemdProperties.time(unit["InactiveExitTimestampMonotonic"])
            else {
                return nil
            }
            // A service that did its work and ended has no time of becoming active, but one of leaving activation.
            let ends = ["ActiveEnterTimestampMonotonic", "InactiveEnterTimestampMonotonic"]
            guard let end = ends.compactMap({ SystemdProperties.time(unit[$0]) }).first(where: { $0 >= start }) else {
                return nil
            }
            return Span(name: name, start: before + start, end: before + end)
        }
        .sorted { $0.duration > $1.duration }
    }
}
