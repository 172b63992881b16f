import Yams

/// What a cloud-config does to the machine's power when cloud-init has ended.
public enum PowerChange: String, Sendable, Hashable {
    case powerOff = "poweroff"
    case halt
    case reboot

    /// Reads `power_state` of a cloud-config; nil for one without, and for user-data of another form.
    public init?(userData: String) {
        guard userData.hasPrefix("#cloud-config"), let config = try? Yams.compose(yaml: userData)?.mapping,
            let mode = config["power_state"]?.mapping?["mode"]?.string
        else { return nil }
        self.init(rawValue: mode)
    }
}
