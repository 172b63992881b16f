import GuestAccess

/// Quiver's own part of a seed: the guest helper, and the host key that the guest must show.
///
/// It is a MIME message of two parts, because the helper's boothook runs before any module and cloud-config does not.
struct VendorData {
    let hostKey: SSHKeyPair

    var text: String {
        let boundary = "quiver-vendor-data"
        let parts = [
            ("text/cloud-boothook", HelperInstallation.vendorData),
            ("text/cloud-config", configuration),
        ]
        let bodies = parts.map { type, body in
            "--\(boundary)\nContent-Type: \(type); charset=\"utf-8\"\nMIME-Version: 1.0\n\n\(body)\n"
        }
        return "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\nMIME-Version: 1.0\n\n"
            + bodies.joined() + "--\(boundary)--\n"
    }

    private var configuration: String {
        let key = hostKey.privateKey.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return """
            #cloud-config
            ssh_keys:
              ed25519_private: |
            \(key)
              ed25519_public: \(hostKey.publicKey)

            """
    }
}
