import YAML

/// The way of a guest's own ssh keys into a seed: a part of its vendor-data, so that the user-data stays as it is.
struct HostKeyPinning {
    private let keys: [HostKey]

    init(_ keys: [HostKey]) {
        self.keys = keys
    }

    /// Refuses what would keep the keys from taking effect: a user-data goes before a vendor-data.
    func checkEffect(under userData: String) throws(CloudInitError) {
        guard !keys.isEmpty else { return }
        var seen: Set<String> = []
        for key in keys where !seen.insert(key.kind).inserted {
            throw CloudInitError(.badSeed, "host keys: there are two of type \(key.kind); use one of each type")
        }
        try refuseKeys(in: userData, of: "user-data")
        let isWithoutVendor = Self.configs(of: userData).contains { $0["vendor_data"]?["enabled"]?.bool == false }
        guard !isWithoutVendor else {
            throw CloudInitError(
                .badSeed,
                "user-data: vendor_data.enabled is false, which keeps the host keys out; remove it, or write ssh_keys there",
            )
        }
    }

    /// The vendor-data with the keys in it, besides what it says already.
    func added(to vendorData: String?) throws(CloudInitError) -> String? {
        guard !keys.isEmpty else { return vendorData }
        var config = CloudConfig()
        config.hostKeys = CloudConfig.hostKeys(of: keys)
        let own = try config.userData()
        guard let vendorData, UserDataForm(vendorData) != .empty else { return own }
        try refuseKeys(in: vendorData, of: "vendor-data")
        let part = MultipartText.Part(type: "text/cloud-config", body: own)
        guard UserDataForm(vendorData) == .multipart else {
            // What is plain text is looked at by its first line, as it is when it comes alone.
            let theirs = MultipartText.Part(type: "text/plain", body: vendorData)
            return MultipartText(boundary: Self.boundary(absentFrom: vendorData), parts: [theirs, part]).text
        }
        guard let text = MultipartText.adding(part, to: vendorData) else {
            throw CloudInitError(.badSeed, "vendor-data: its MIME message does not name its boundary; add boundary=")
        }
        return text
    }

    private func refuseKeys(in text: String, of part: String) throws(CloudInitError) {
        guard Self.configs(of: text).contains(where: { $0["ssh_keys"] != nil }) else { return }
        throw CloudInitError(.badSeed, "\(part): already has ssh_keys; give host keys either there or as an option")
    }

    private static func configs(of text: String) -> [YAMLNode] {
        CloudConfigTexts(text).items.compactMap { try? YAMLDocument.root(of: $0.text) }
    }

    private static func boundary(absentFrom text: String) -> String {
        var boundary = "quiver-vendor-data"
        while text.contains("--\(boundary)") { boundary += "-" }
        return boundary
    }
}
