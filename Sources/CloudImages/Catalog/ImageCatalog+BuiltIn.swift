extension ImageCatalog {
    /// The images that Quiver knows, in the same form as a user's `images.toml`.
    static let builtIn = """
        ["debian:12"]
        amd64 = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"
        arm64 = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-arm64.qcow2"
        digests = "SHA512SUMS"

        ["debian:13"]
        amd64 = "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2"
        arm64 = "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-arm64.qcow2"
        digests = "SHA512SUMS"

        ["ubuntu:22.04"]
        amd64 = "https://cloud-images.ubuntu.com/releases/jammy/release/ubuntu-22.04-server-cloudimg-amd64.img"
        arm64 = "https://cloud-images.ubuntu.com/releases/jammy/release/ubuntu-22.04-server-cloudimg-arm64.img"
        digests = "SHA256SUMS"
        signature = "SHA256SUMS.gpg"
        keyring = ["/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"]
        keyring-package = "ubuntu-cloudimage-keyring"

        ["ubuntu:24.04"]
        amd64 = "https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-amd64.img"
        arm64 = "https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-arm64.img"
        digests = "SHA256SUMS"
        signature = "SHA256SUMS.gpg"
        keyring = ["/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"]
        keyring-package = "ubuntu-cloudimage-keyring"

        ["fedora"]
        amd64 = "https://download.fedoraproject.org/pub/fedora/linux/releases/42/Cloud/x86_64/images/\
        Fedora-Cloud-Base-Generic-42-1.1.x86_64.qcow2"
        arm64 = "https://download.fedoraproject.org/pub/fedora/linux/releases/42/Cloud/aarch64/images/\
        Fedora-Cloud-Base-Generic-42-1.1.aarch64.qcow2"
        digests = "Fedora-Cloud-42-1.1-{machine}-CHECKSUM"
        signature = "inline"
        keyring = ["/usr/share/keyrings/fedora.gpg"]

        ["alpine"]
        amd64 = "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/\
        nocloud_alpine-3.21.2-x86_64-uefi-cloudinit-r0.qcow2"
        arm64 = "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/\
        nocloud_alpine-3.21.2-aarch64-uefi-cloudinit-r0.qcow2"
        digests = "{file}.sha512"
        """
}
