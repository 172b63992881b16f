extension GuestHelper {
    /// Quiets a guest that is about to be frozen: pending work would otherwise run again in every fork.
    ///
    /// Stops the timers of the guest's packages, and waits for the rest of the boot. A fork's wall clock jumps from the
    /// freeze to the present, so all timers that were due in between would elapse at once. Timers in `/etc` and `/run`
    /// belong to the user and stay.
    ///
    /// - Throws: ``GuestAccessError`` with code `timedOut` if the boot does not finish within `limit`.
    public func quiesce(within limit: Duration) async throws {
        _ = try await collect(.shell(Self.settling), within: limit)
    }

    // The guest agent, which nobody uses in a fork, polls for a client ten times a second. The resolver would log in
    // every fork that the clock was set, which costs more than setting it. A user's service manager ends ten seconds
    // after the last logout, which would then happen in every fork.
    private static let settling = """
        for timer in $(systemctl list-units --type=timer --state=active --plain --no-legend | cut -d ' ' -f 1); do
            case $(systemctl show --property=FragmentPath --value "$timer") in
            /etc/* | /run/*) ;;
            *) systemctl stop "$timer" ;;
            esac
        done
        systemctl stop unattended-upgrades.service qemu-guest-agent.service
        resolvectl log-level notice
        for user in $(loginctl list-users --no-legend | awk '{ print $1 }'); do
            [ "$(loginctl show-user --property=State --value "$user")" != closing ] || systemctl stop "user@$user.service"
        done
        systemctl is-system-running --wait >/dev/null; sync; true
        """
}
