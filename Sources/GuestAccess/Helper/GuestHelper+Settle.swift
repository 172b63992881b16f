extension GuestHelper {
    /// Brings a guest to rest that is about to be frozen: what is due soon would otherwise run again in every fork.
    ///
    /// Timers of the guest's packages are stopped, and what the boot still has under way is waited for. A fork's wall
    /// clock jumps from the freeze to the present, at which all timers that were due in between would elapse at once;
    /// those in `/etc` and `/run` are somebody's own and stay.
    ///
    /// - Throws: ``GuestAccessError`` with code `timedOut` when the boot does not come to its end within `limit`.
    public func settle(within limit: Duration) async throws {
        _ = try await collect(.shell(Self.settling), within: limit)
    }

    // The guest agent, whom nobody asks in a fork, looks ten times a second whether somebody has come. The resolver
    // would tell the journal of the clock that is set in every fork, which costs more than all else that it causes.
    // A user's own service manager ends ten seconds after the last logout, by then in every fork.
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
