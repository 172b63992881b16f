/// Installs the helper in a guest: as a boothook in cloud-init's vendor-data.
///
/// A boothook runs as soon as cloud-init reads its data, before any of its modules, and is not merged with anything in
/// the user-data: a user's `bootcmd` would replace ours.
public enum HelperInstallation {
    /// The name of the virtio-serial port that the helper serves.
    public static let port: String = "org.quiver.helper.0"

    /// The helper's source, one Python file.
    public static var source: String { String(decoding: PackageResources.quiver_helper_py, as: UTF8.self) }

    /// Vendor-data that installs the helper and starts it; running it again changes nothing.
    ///
    /// It may stand alone, or be a part of type `text/cloud-boothook` in a multi-part message.
    public static var vendorData: String {
        """
        #cloud-boothook
        #!/bin/sh
        # Quiver's helper: reports the boot to the host, and puts clock and random pool right after a restore.
        set -eu
        directory=/usr/local/lib/quiver
        unit=/etc/systemd/system/quiver-helper.service
        mkdir -p "$directory"
        cat > "$directory/quiver_helper.py.new" <<'QUIVER_HELPER_ENDS'
        \(source)
        QUIVER_HELPER_ENDS
        cat > "$directory/quiver-helper.service.new" <<'QUIVER_UNIT_ENDS'
        \(unit)
        QUIVER_UNIT_ENDS
        if cmp -s "$directory/quiver_helper.py.new" "$directory/quiver_helper.py" &&
            cmp -s "$directory/quiver-helper.service.new" "$unit"; then
            rm "$directory/quiver_helper.py.new" "$directory/quiver-helper.service.new"
            exit 0
        fi
        mv "$directory/quiver_helper.py.new" "$directory/quiver_helper.py"
        mv "$directory/quiver-helper.service.new" "$unit"
        systemctl daemon-reload
        systemctl enable quiver-helper.service
        systemctl --no-block restart quiver-helper.service

        """
    }

    // Without its default dependencies the service starts in the middle of the boot, not after it. systemd restarts it
    // when it fails, and gives up after five failures in ten seconds, so that a broken guest does not spin.
    private static let unit = """
        [Unit]
        Description=Quiver helper
        DefaultDependencies=no
        After=systemd-tmpfiles-setup-dev.service
        Conflicts=shutdown.target
        Before=shutdown.target

        [Service]
        ExecStart=/usr/bin/python3 -I -S /usr/local/lib/quiver/quiver_helper.py
        Restart=on-failure
        RestartSec=200ms
        OOMScoreAdjust=-900

        [Install]
        WantedBy=sysinit.target
        """
}
