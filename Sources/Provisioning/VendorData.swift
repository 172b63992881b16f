import CloudInit
import GuestAccess

/// Quiver's own part of a seed: the guest helper and the guest's host key.
///
/// It is a MIME message of two parts, because the helper's boothook runs before any module and cloud-config does not.
struct VendorData {
    let hostKey: SSHKeyPair

    var text: String {
        MultipartText(
            boundary: "quiver-vendor-data",
            parts: [
                .init(type: "text/cloud-boothook", body: HelperInstallation.vendorData),
                .init(type: "text/cloud-config", body: configuration),
            ],
        ).text
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
