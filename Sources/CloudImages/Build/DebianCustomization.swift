/// What makes a cloud image of an installed Debian; run by mmdebstrap with the root's path as `$1`.
enum DebianCustomization {
    /// The label by which boot loader and kernel find the root file system.
    static let rootLabel = "cloudimg-rootfs"

    static let script = """
        set -e
        root="$1"
        echo 'LABEL=\(rootLabel) / ext4 rw,discard,errors=remount-ro 0 1' > "$root/etc/fstab"
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
            search --no-floppy --set=root --label \(rootLabel)
            linux /vmlinuz root=LABEL=\(rootLabel) ro console=tty0 console=ttyS0
            initrd /initrd.img
        }
        END
        sed -i -e 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=0/' \\
            -e 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0"/' "$root/etc/default/grub"
        rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
        """
}
