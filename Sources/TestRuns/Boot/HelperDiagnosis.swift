/// Why the helper does not answer in a guest whose cloud-init has read its seed.
enum HelperDiagnosis: String, CaseIterable {
    /// cloud-init is configured to ignore vendor-data, which installs the helper.
    case vendorDataDisabled = "vendor-data-disabled"
    case notInstalled = "not-installed"
    case noPython = "no-python"
    case notRunning = "not-running"
    /// It is running.
    case silent

    /// Prints one of the cases, in a guest's shell.
    static let question = """
        if [ ! -e /usr/local/lib/quiver/quiver_helper.py ]; then
            if grep -qs 'vendordata consumption is disabled' /var/log/cloud-init.log; then echo vendor-data-disabled
            else echo not-installed; fi
        elif [ ! -x /usr/bin/python3 ]; then echo no-python
        elif ! systemctl -q is-active quiver-helper.service; then echo not-running
        else echo silent; fi
        """

    init?(answer: String) {
        self.init(rawValue: String(answer.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }))
    }

    /// What is wrong and what to do, to follow "cloud-init has finished and ".
    var explanation: String {
        switch self {
        case .vendorDataDisabled:
            "it ignores vendor-data, which installs Quiver's helper: remove vendor_data: {enabled: false} from the "
                + "user-data, or from /etc/cloud in the image"
        case .notInstalled:
            "the vendor-data that installs Quiver's helper did not run; see /var/log/cloud-init.log in the guest"
        case .noPython: "the guest has no /usr/bin/python3, which Quiver's helper needs: install python3 in the image"
        case .notRunning:
            "Quiver's helper is not running in the guest; see `systemctl status quiver-helper` there"
        case .silent:
            "Quiver's helper is running in the guest but cannot be reached; does the guest's kernel have virtio_console?"
        }
    }

    /// What may be wrong if the guest cannot be asked.
    static let possibilities =
        "Quiver's helper, which the seed's vendor-data installs, has not answered: vendor-data may be disabled, or "
        + "/usr/bin/python3 or the kernel's virtio_console may be missing"
}
