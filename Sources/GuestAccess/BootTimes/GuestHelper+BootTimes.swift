extension GuestHelper {
    /// The timing breakdown of this boot, from the helper and the guest's systemd.
    ///
    /// - Parameter firmwareTime: Asked for how long firmware and boot loader took by the host, given the uptime at
    ///   which the helper started; nil when the host does not know.
    /// - Throws: ``GuestAccessError``; with code `helperRefused` for a guest without systemd.
    public func bootTimes(
        within limit: Duration,
        firmwareTime: (_ helperStarted: Duration) -> Duration? = { _ in nil },
    ) async throws -> BootTimes {
        let hello = try await hello(within: limit)
        let manager = try await show(["Firmware", "Loader", "InitRD", "Userspace", "Finish"], units: [], within: limit)
        let units = try await show(
            ["InactiveExit", "ActiveEnter", "InactiveEnter"],
            units: ["--property=Id", "--type=service", "--all", "*"],
            within: limit,
        )
        let started = hello.milestones.first { $0.name == GuestMilestone.helperStarted }?.uptime
        return BootTimes(
            milestones: hello.milestones,
            manager: manager,
            units: units,
            firmwareTime: started.flatMap(firmwareTime),
        )
    }

    private func show(_ names: [String], units: [String], within limit: Duration) async throws -> String {
        let properties = names.map { "--property=\($0)TimestampMonotonic" }
        let outcome = try await collect(GuestCommand(["systemctl", "show"] + properties + units), within: limit)
        guard outcome.isSuccess else {
            throw GuestAccessError(
                .helperRefused,
                guest: guest,
                "systemctl does not show the boot times: \(outcome.lastWords)"
            )
        }
        return outcome.text
    }
}
