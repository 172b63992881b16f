/// Turns an installed Debian into a cloud image; run by mmdebstrap with the root's path as `$1`.
struct DebianCustomization {
    let architecture: ImageArchitecture

    /// The label by which boot loader and kernel find the root file system.
    static let rootLabel = "cloudimg-rootfs"

    /// The serial console's device, on QEMU's machine for the architecture.
    static func console(of architecture: ImageArchitecture) -> String {
        architecture == .amd64 ? "ttyS0" : "ttyAMA0"
    }

    var script: String {
        let console = Self.console(of: architecture)
        return """
            set -e
            root="$1"
            echo 'LABEL=\(Self.rootLabel) / ext4 rw,discard,errors=remount-ro 0 1' > "$root/etc/fstab"
            # What identifies one machine must not be shared by all that come from this image.
            : > "$root/etc/machine-id"
            rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$root/var/lib/systemd/random-seed"
            echo debian > "$root/etc/hostname"
            ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
            systemctl --root="$root" -q enable systemd-networkd systemd-resolved
            # Timers that start by themselves change what a snapshot or a test sees.
            systemctl --root="$root" -q mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service
            cat > "$root/etc/cloud/cloud.cfg.d/90_image.cfg" <<END
            # The sources this image was built from stay, and the C locale needs no generating.
            apt: {preserve_sources_list: true}
            locale: C.UTF-8
            END
            mkdir -p "$root/boot/grub"
            cat > "$root/boot/grub/grub.cfg" <<END
            set timeout=0
            menuentry "Debian" {
                search --no-floppy --set=root --label \(Self.rootLabel)
                linux /vmlinuz root=LABEL=\(Self.rootLabel) ro console=tty0 console=\(console)
                initrd /initrd.img
            }
            END
            sed -i -e 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=0/' \\
                -e 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="console=tty0 console=\(console)"/' \\
                "$root/etc/default/grub"
            rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
            # Caches and logs of the installation hold times and the order in which things happened to be done.
            rm -f "$root"/var/cache/ldconfig/aux-cache "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old
            find "$root/var/log" -type f -delete
            """
    }
}
