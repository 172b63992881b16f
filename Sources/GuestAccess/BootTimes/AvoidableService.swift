/// Services that a test machine does not need.
enum AvoidableService {
    private static let reasons: [(prefix: String, reason: String)] = [
        ("systemd-networkd-wait-online", "the network is up at once, so nothing in the guest needs to wait for it"),
        ("NetworkManager-wait-online", "the network is up at once, so nothing in the guest needs to wait for it"),
        ("systemd-udev-settle", "virtio disks are there before it runs"),
        ("apt-daily", "fetches package lists while tests run"),
        ("unattended-upgrades", "installs packages while tests run"),
        ("dpkg-db-backup", "copies the package database once a day"),
        ("man-db", "indexes manual pages"),
        ("e2scrub_reap", "looks for LVM snapshots that no cloud image has"),
        ("fwupd", "looks for firmware that no virtual machine has"),
        ("snapd", "prepares snaps; without them it is not needed"),
        ("multipathd", "looks for multipath disks"),
        ("ModemManager", "looks for modems"),
        ("plymouth", "draws a picture while booting"),
        ("pollinate", "asks a server for randomness, which virtio provides"),
        ("motd-news", "fetches news for the login"),
        ("apport", "collects crashes"),
        ("lvm2-monitor", "watches LVM volumes that no cloud image has"),
        ("grub-common", "tells the boot loader that the boot succeeded"),
    ]

    /// Why the service is avoidable, and what to write in the user-data; nil for a required one.
    static func hint(of service: String) -> String? {
        guard let found = reasons.first(where: { service.hasPrefix($0.prefix) }) else { return nil }
        return "\(found.reason); leave it out of later boots with bootcmd: [[systemctl, mask, --now, \(service)]]"
    }
}
