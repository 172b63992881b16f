/// The top-level keys of cloud-config and what they take, by cloud-init 22.4 to 25.1.
///
/// The modules people use are described to their last member, the others by the kind of their value. Source: names
/// and types of cloud-init's own schema.
enum CloudConfigKeys {
    static let all: [String: ConfigShape] = common.merging(others) { common, _ in common }

    private static let common: [String: ConfigShape] = [
        "apt": .anyMapping,
        "bootcmd": .list(of: .command),
        "ca_certs": certificates,
        "ca-certs": certificates,
        "chpasswd": .record([
            "expire": .boolean,
            "list": .stringOrStrings,
            "users": .list(
                of: .record(["name": .string, "password": .string, "type": .word(["hash", "text", "RANDOM"])])
            ),
        ]),
        "disable_root": .boolean,
        "fqdn": .string,
        "groups": .either([.string, .list(of: .either([.string, .anyMapping])), .anyMapping]),
        "growpart": .record([
            "devices": .strings,
            "ignore_growroot_disabled": .boolean,
            "mode": .either([.word(["auto", "growpart", "gpart", "off"]), .boolean]),
        ]),
        "hostname": .string,
        "keyboard": .record(["layout": .string, "model": .string, "options": .string, "variant": .string]),
        "locale": .either([.string, .boolean]),
        "manage_etc_hosts": .either([.boolean, .word(["localhost", "template"])]),
        "mount_default_fields": .list(of: .either([.string, .integer, .null])),
        "mounts": .list(of: .list(of: .either([.string, .integer, .null]))),
        "ntp": .either([
            .record([
                "config": .anyMapping,
                "enabled": .boolean,
                "ntp_client": .string,
                "peers": .strings,
                "allow": .strings,
                "pools": .strings,
                "servers": .strings,
            ]),
            .null,
        ]),
        "package_reboot_if_required": .boolean,
        "package_update": .boolean,
        "package_upgrade": .boolean,
        // The mapping is a package manager and its packages, since 24.1.
        "packages": .list(of: .either([.string, .strings, .dictionary(of: .anything)])),
        "password": .string,
        "power_state": .record(
            [
                "condition": .either([.string, .boolean, .list(of: .anything)]),
                "delay": .either([.integer, .string]),
                "message": .string,
                "mode": .word(["poweroff", "reboot", "halt"]),
                "timeout": .integer,
            ],
            required: ["mode"],
        ),
        "preserve_hostname": .boolean,
        "resize_rootfs": .either([.boolean, .word(["noblock"])]),
        "runcmd": .list(of: .command),
        "ssh_authorized_keys": .strings,
        "ssh_deletekeys": .boolean,
        "ssh_genkeytypes": .list(of: .word(["dsa", "ecdsa", "ed25519", "rsa"])),
        "ssh_import_id": .strings,
        "ssh_keys": .dictionary(of: .string),
        "ssh_pwauth": .either([.boolean, .word(["yes", "no", "unchanged"])]),
        "swap": .record([
            "filename": .string,
            "maxsize": .either([.integer, .string]),
            "size": .either([.integer, .string]),
        ]),
        "timezone": .string,
        "user": .either([.string, user]),
        "users": .either([.list(of: .either([.string, .list(of: .string), user])), .string, .anyMapping]),
        "write_files": .list(of: file),
    ]

    private static let certificates: ConfigShape = .record([
        "remove-defaults": .boolean, "remove_defaults": .boolean, "trusted": .strings,
    ])

    private static let file: ConfigShape = .record(
        [
            "append": .boolean,
            "content": .string,
            "defer": .boolean,
            "encoding": .word([
                "b64", "base64", "gz", "gz+b64", "gz+base64", "gzip", "gzip+b64", "gzip+base64", "text/plain",
            ]),
            "owner": .string,
            "path": .string,
            "permissions": .either([.string, .integer]),
            "source": .anyMapping,
        ],
        required: ["path"],
    )

    private static let user: ConfigShape = .record([
        "create_groups": .boolean,
        "default": .boolean,
        "doas": .strings,
        "expiredate": .string,
        "gecos": .string,
        "groups": .either([.string, .strings, .anyMapping]),
        "hashed_passwd": .string,
        "homedir": .string,
        "inactive": .either([.string, .integer]),
        "lock-passwd": .boolean,
        "lock_passwd": .boolean,
        "name": .string,
        "no_create_home": .boolean,
        "no_log_init": .boolean,
        "no_user_group": .boolean,
        "passwd": .string,
        "plain_text_passwd": .string,
        "primary_group": .string,
        "selinux_user": .string,
        "selinux-user": .string,
        "shell": .string,
        "snapuser": .string,
        "ssh-authorized-keys": .strings,
        "ssh-import-id": .strings,
        "ssh_authorized_keys": .strings,
        "ssh_import_id": .strings,
        "ssh_redirect_user": .boolean,
        "sudo": .either([.string, .strings, .boolean, .null]),
        "system": .boolean,
        "uid": .either([.integer, .string]),
    ])

    private static let others: [String: ConfigShape] = Dictionary(
        uniqueKeysWithValues: [
            "allow_public_ssh_keys", "ansible", "apk_repos", "apt_pipelining", "apt_reboot_if_required", "apt_update",
            "apt_upgrade", "authkey_hash", "autoinstall", "byobu_by_default", "chef",
            "cloud_config_modules", "cloud_final_modules", "cloud_init_modules", "create_hostname_file", "datasource",
            "datasource_list", "debug", "device_aliases", "disable_ec2_metadata", "disable_root_opts", "disk_setup",
            "drivers", "fan", "final_message", "fs_setup", "grub-dpkg", "grub_dpkg", "interfaces", "jinja2",
            "landscape",
            "launch-index", "locale_configfile", "log_cfgs", "lxd", "manage_resolv_conf", "mcollective", "merge_how",
            "merge_type", "migrate", "mode", "network", "no_ssh_fingerprints", "output", "phone_home",
            "prefer_fqdn_over_hostname", "puppet", "random_seed", "reporting", "resolv_conf", "rh_subscription",
            "rpi", "rsyslog", "salt_minion", "snap", "spacewalk", "ssh", "ssh_fp_console_blacklist",
            "ssh_key_console_blacklist", "ssh_publish_hostkeys", "ssh_quiet_keygen", "syslog_fix_perms", "system_info",
            "ubuntu_advantage", "ubuntu_pro", "updates", "vendor_data", "vendor_data2", "version", "wireguard",
            "yum_repo_dir", "yum_repos", "zypper",
        ].map { ($0, .anything) }
    )
}
