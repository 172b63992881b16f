extension Seed {
    /// A seed of the user's own files and what options add to them.
    ///
    /// The instance-id follows from the content, unless the meta-data has one. The user-data is not touched: host name,
    /// keys and interfaces go to the meta-data, host keys to the vendor-data.
    ///
    /// - Parameters:
    ///   - metaData: The user's own; what options add must not be in it already.
    ///   - publicKeys: For the image's default user, as OpenSSH writes them.
    ///   - hostKeys: The guest's own ssh keys, one of a kind at the most.
    ///   - mode: `local` or `net`; nil leaves it to cloud-init.
    ///   - interfaces: The network as a Debian `interfaces` file, in the place of a network-config.
    /// - Throws: ``CloudInitError`` with code `badSeed` when options and the user's files do not go together.
    public static func composed(
        userData: String? = nil,
        metaData: String? = nil,
        networkConfig: String? = nil,
        vendorData: String? = nil,
        hostname: String? = nil,
        publicKeys: [String] = [],
        hostKeys: [HostKey] = [],
        mode: String? = nil,
        interfaces: String? = nil,
    ) throws(CloudInitError) -> Seed {
        guard interfaces == nil || networkConfig == nil else {
            throw CloudInitError(
                .badSeed,
                "interfaces: cloud-init ignores them if there is a network-config; use only one of the two",
            )
        }
        let userData = userData ?? "#cloud-config\n{}\n"
        let pinning = HostKeyPinning(hostKeys)
        try pinning.checkEffect(under: userData)
        let vendorData = try pinning.added(to: vendorData)
        let texts =
            [userData, metaData, vendorData, networkConfig, hostname, mode].map { $0 ?? "" } + publicKeys
            + (interfaces.map { [$0] } ?? [])
        let instanceID = MetaData.instanceID(of: texts)
        let meta =
            if let metaData {
                try MetaData.merged(
                    into: metaData,
                    instanceID: instanceID,
                    hostname: hostname,
                    publicKeys: publicKeys,
                    mode: mode,
                    interfaces: interfaces,
                )
            } else {
                MetaData(
                    instanceID: instanceID,
                    hostname: hostname,
                    publicKeys: publicKeys,
                    mode: mode,
                    interfaces: interfaces,
                ).text
            }
        return Seed(userData: userData, metaData: meta, networkConfig: networkConfig, vendorData: vendorData)
    }
}
